"""What is stored; one aggregate a file, with the query scope that says who may see it."""

from ioverse_app.tables import indexing as indexing  # it listens to every session
from ioverse_app.tables.account_token import AccountToken, TokenKind
from ioverse_app.tables.api_key import ApiKey, UsedNonce
from ioverse_app.tables.attachment import Attachment
from ioverse_app.tables.audit_entry import AuditEntry
from ioverse_app.tables.budget import Budget, BudgetNotice, Period, Scope
from ioverse_app.tables.chat_import import ChatImport, ImportStatus
from ioverse_app.tables.conversation import Conversation
from ioverse_app.tables.data_export import DataExport, ExportStatus
from ioverse_app.tables.group import Group, GroupMember
from ioverse_app.tables.identity import Identity
from ioverse_app.tables.image import Image
from ioverse_app.tables.invitation import Invitation
from ioverse_app.tables.ledger_entry import EntryStatus, LedgerEntry, PaidBy
from ioverse_app.tables.message import InContext, Message, MessageStatus
from ioverse_app.tables.model_override import ModelMove, ModelOverride
from ioverse_app.tables.passkey import Passkey
from ioverse_app.tables.provider import Provider
from ioverse_app.tables.provider_key import ProviderKey
from ioverse_app.tables.row import Row, new_id, now
from ioverse_app.tables.run import Run, RunEvent, RunKind, RunStatus
from ioverse_app.tables.search_entry import Found, SearchBacklog, SearchEntry
from ioverse_app.tables.second_factor import RecoveryCode, SecondFactor
from ioverse_app.tables.session import Session
from ioverse_app.tables.setting import Setting
from ioverse_app.tables.share import Share, ShareView
from ioverse_app.tables.user import Role, User
from ioverse_app.tables.vote import Vote, VoteValue
from ioverse_app.tables.worker import Worker

__all__ = [
    "AccountToken",
    "ApiKey",
    "Attachment",
    "AuditEntry",
    "Budget",
    "BudgetNotice",
    "ChatImport",
    "Conversation",
    "DataExport",
    "EntryStatus",
    "ExportStatus",
    "Found",
    "Group",
    "GroupMember",
    "Identity",
    "Image",
    "ImportStatus",
    "InContext",
    "Invitation",
    "LedgerEntry",
    "Message",
    "MessageStatus",
    "ModelMove",
    "ModelOverride",
    "PaidBy",
    "Passkey",
    "Period",
    "Provider",
    "ProviderKey",
    "RecoveryCode",
    "Role",
    "Row",
    "Run",
    "RunEvent",
    "RunKind",
    "RunStatus",
    "Scope",
    "SearchBacklog",
    "SearchEntry",
    "SecondFactor",
    "Session",
    "Setting",
    "Share",
    "ShareView",
    "TokenKind",
    "UsedNonce",
    "User",
    "Vote",
    "VoteValue",
    "Worker",
    "new_id",
    "now",
]
