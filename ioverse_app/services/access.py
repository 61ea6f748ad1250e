"""What each role may do: the one table that page, API, sockets and commands ask.

Whose rows somebody may see is another question, which `visible_to` of each table answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ioverse_app.errors import NotAllowed
from ioverse_app.tables import Role, User


class Action(StrEnum):
    """Something that not everybody may do."""

    READ = "read"
    """See, rename, archive and delete what is one's own."""

    CHAT = "chat"
    """Ask a model or an assistant."""

    UPLOAD = "upload"
    """Put files beside a message, and into storage."""

    IMPORT = "import"
    """Bring chats along from another program."""

    EXPORT = "export"
    """Take chats away as files."""

    SHARE = "share"
    """Give strangers a link."""

    KEYS = "keys"
    """Keep provider keys and API keys of one's own."""

    ADMINISTER = "administer"
    """Manage people, groups and settings, and see what happens, without what is said."""

    OPEN = "open"
    """Open what somebody else wrote, with a reason, and to their knowledge."""

    APPOINT = "appoint"
    """Make administrators and owners, and manage those there are."""


_GUEST = frozenset({Action.READ, Action.CHAT})
_MEMBER = _GUEST | {Action.UPLOAD, Action.IMPORT, Action.EXPORT, Action.SHARE, Action.KEYS}
_ADMIN = _MEMBER | {Action.ADMINISTER, Action.OPEN}

ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.GUEST: _GUEST,
        Role.MEMBER: _MEMBER,
        Role.ADMIN: _ADMIN,
        Role.OWNER: _ADMIN | {Action.APPOINT},
    }
)

_SENTENCES = {
    Action.UPLOAD: "A guest cannot add files. An administrator can make you a member.",
    Action.IMPORT: "A guest cannot bring chats along. An administrator can make you a member.",
    Action.EXPORT: "A guest cannot take chats away. An administrator can make you a member.",
    Action.SHARE: "A guest cannot share chats. An administrator can make you a member.",
    Action.KEYS: "A guest cannot keep keys. An administrator can make you a member.",
    Action.ADMINISTER: "Only administrators can do this.",
    Action.OPEN: "Only administrators can do this.",
    Action.APPOINT: "Only an owner can do this to administrators and owners.",
}


def may(user: User | None, action: Action) -> bool:
    """Whether this person may do it. A stranger, and somebody who is blocked, may do nothing."""
    if user is None or user.blocked_at is not None or user.role not in ALLOWED:
        return False
    return action in ALLOWED[Role(user.role)]


def check(user: User | None, action: Action) -> None:
    """NotAllowed, with the sentence that says who may, unless this person may."""
    if not may(user, action):
        raise NotAllowed(_SENTENCES.get(action, "You may not do this here."), action=action.value)


def manages(actor: User, role: Role | str) -> bool:
    """Whether this person may manage somebody of this role: block, reset, delete, promote."""
    needed = Action.APPOINT if role in (Role.ADMIN, Role.OWNER) else Action.ADMINISTER
    return may(actor, needed)


def check_manages(actor: User, role: Role | str) -> None:
    """NotAllowed unless this person may manage somebody of this role."""
    if not manages(actor, role):
        raise NotAllowed(_SENTENCES[Action.APPOINT], action=Action.APPOINT.value)
