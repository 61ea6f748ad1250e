"""What is stored; one aggregate a file, with the query scope that says who may see it."""

from ioverse_app.tables import indexing as indexing  # it listens to every session
from ioverse_app.tables.attachment import Attachment
from ioverse_app.tables.audit_entry import AuditEntry
from ioverse_app.tables.chat_import import ChatImport, ImportStatus
from ioverse_app.tables.conversation import Conversation
from ioverse_app.tables.group import Group, GroupMember
from ioverse_app.tables.message import InContext, Message, MessageStatus
from ioverse_app.tables.provider_key import ProviderKey
from ioverse_app.tables.row import Row, new_id, now
from ioverse_app.tables.run import Run, RunEvent, RunStatus
from ioverse_app.tables.search_entry import Found, SearchBacklog, SearchEntry
from ioverse_app.tables.session import Session
from ioverse_app.tables.setting import Setting
from ioverse_app.tables.share import Share, ShareView
from ioverse_app.tables.user import Role, User
from ioverse_app.tables.vote import Vote, VoteValue
from ioverse_app.tables.worker import Worker

__all__ = [
    "Attachment",
    "AuditEntry",
    "ChatImport",
    "Conversation",
    "Found",
    "Group",
    "GroupMember",
    "ImportStatus",
    "InContext",
    "Message",
    "MessageStatus",
    "ProviderKey",
    "Role",
    "Row",
    "Run",
    "RunEvent",
    "RunStatus",
    "SearchBacklog",
    "SearchEntry",
    "Session",
    "Setting",
    "Share",
    "ShareView",
    "User",
    "Vote",
    "VoteValue",
    "Worker",
    "new_id",
    "now",
]
