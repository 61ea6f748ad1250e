"""Links by which strangers read a conversation: make, revoke, list, open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Conflict, Gone, Invalid, NotAllowed, NotFound
from ioverse_app.providers import catalogue
from ioverse_app.services import access, attachments, audit, conversations, guesses, messages
from ioverse_app.services.access import Action
from ioverse_app.services.devices import device_name
from ioverse_app.tables import (
    Attachment,
    Conversation,
    Message,
    MessageStatus,
    Share,
    ShareView,
    User,
    now,
)

HOURS = 24
HOURS_MAX = 30 * 24
VIEWS_MAX = 1_000_000
LABEL_MAX = 100
PASSWORD_MAX = security.PASSWORD_MAX
MOST = 50
"""Open links of one conversation."""

MESSAGES_MAX = 5_000
KEPT = timedelta(days=30)
"""How long it is known that a dead link was one: until then it answers 410, and then 404."""

DEAD = "This link is no longer valid. It may have expired, or whoever made it has taken it back."


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what terms a link is opened. `hours` None: for ever. `omitted` are message ids."""

    hours: float | None = HOURS
    password_hash: str | None = None
    views_max: int | None = None
    label: str = ""
    live: bool = False
    omitted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of a message: only pictures are shown, the others are named."""

    id: str
    name: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class SharedMessage:
    """A message as a stranger sees it. `at` is ISO 8601, in UTC."""

    id: str
    role: str
    author: str
    text: str
    at: str
    files: Sequence[SharedFile] = ()

    @classmethod
    def read(cls, stored: dict[str, Any]) -> SharedMessage:
        """One that was stored in a snapshot."""
        names = ("id", "role", "author", "text", "at")
        files = [SharedFile(**file) for file in stored.get("files", ())]
        return cls(*[str(stored[name]) for name in names], files=files)


@dataclass(frozen=True, slots=True)
class Shared:
    """A conversation as a stranger sees it."""

    title: str
    messages: Sequence[SharedMessage]


async def terms(
    *,
    hours: float | None = HOURS,
    password: str | None = None,
    views_max: int | None = None,
    label: str = "",
    live: bool = False,
    omitted: Sequence[str] = (),
) -> Terms:
    """Checked terms. Hashing the password takes a moment: do it before any transaction."""
    if hours is not None and not 1 <= hours <= HOURS_MAX:
        raise Invalid(
            "A link is valid for 1 hour to 30 days, or for ever.", code="share_hours_invalid"
        )
    if views_max is not None and not 1 <= views_max <= VIEWS_MAX:
        raise Invalid(
            f"A limit of views is a whole number from 1 to {VIEWS_MAX:,}.",
            code="share_views_invalid",
        )
    label = " ".join(label.replace("\x00", "").split())
    if len(label) > LABEL_MAX:
        raise Invalid(f"A label has at most {LABEL_MAX} characters.", code="share_label_too_long")
    if password and len(password) > PASSWORD_MAX:
        raise Invalid(
            f"A link password has at most {PASSWORD_MAX} characters.", code="password_too_long"
        )
    hashed = await security.hash_password(password) if password else None
    return Terms(hours, hashed, views_max, label, live, tuple(omitted))


async def create(
    session: AsyncSession, user: User, conversation_id: str, terms: Terms
) -> tuple[Share, str]:
    """Make a link; the answer is its row and its token, which is never known again."""
    access.check(user, Action.SHARE)
    conversation = await conversations.get(session, user, conversation_id)
    if len([one for one in await of(session, user, conversation_id) if is_open(one)]) >= MOST:
        raise Conflict(f"A chat has at most {MOST} links. Revoke one first.", code="share_limit")
    shown = await _read(session, conversation, terms.omitted)
    if not shown.messages:
        raise Invalid("There is nothing to share in this chat yet.", code="share_empty")
    token = security.new_secret()
    share = Share(
        user_id=user.id,
        conversation_id=conversation.id,
        label=terms.label,
        token_hash=security.fingerprint(token),
        password_hash=terms.password_hash,
        content=None if terms.live else asdict(shown),
        omitted=list(terms.omitted),
        expires_at=now() + timedelta(hours=terms.hours) if terms.hours is not None else None,
        views_max=terms.views_max,
    )
    session.add(share)
    await session.flush()
    await audit.note(
        session, user, "share.created", kind="share", id=share.id, chat=conversation.id
    )
    return share, token


async def of(session: AsyncSession, user: User, conversation_id: str) -> Sequence[Share]:
    """The links of a conversation that this user may open, newest first."""
    conversation = await conversations.get(session, user, conversation_id)
    query = Share.visible_to(user).where(Share.conversation_id == conversation.id)
    return (await session.exec(query)).all()


async def all_of(session: AsyncSession, user: User) -> Sequence[tuple[Share, str]]:
    """Every link of a user with the title of what it shows, newest first."""
    query = (
        select(Share, col(Conversation.title)).join(Conversation).where(Share.user_id == user.id)
    )
    return (await session.exec(query.order_by(col(Share.id).desc()).limit(500))).all()


async def get(session: AsyncSession, user: User, share_id: str) -> Share:
    """The link with this id, if this user made it."""
    share = (await session.exec(Share.visible_to(user).where(Share.id == share_id))).first()
    if share is None:
        raise NotFound("This link is not there.")
    return share


async def revoke(session: AsyncSession, user: User, share_id: str) -> Share:
    """Take a link back, at once."""
    share = await get(session, user, share_id)
    if share.revoked_at is None:
        share.revoked_at = now()
        await audit.note(session, user, "share.revoked", kind="share", id=share.id)
    share.content, share.password_hash = None, None
    return share


async def revoke_all(session: AsyncSession, user: User, conversation_id: str) -> int:
    """Take every open link of a conversation back; how many there were."""
    found = [one for one in await of(session, user, conversation_id) if is_open(one)]
    for share in found:
        await revoke(session, user, share.id)
    return len(found)


async def views(session: AsyncSession, user: User, share_id: str) -> Sequence[ShareView]:
    """When a link was read and by what, the newest 200."""
    share = await get(session, user, share_id)
    query = select(ShareView).where(ShareView.share_id == share.id)
    return (await session.exec(query.order_by(col(ShareView.id).desc()).limit(200))).all()


async def preview(
    session: AsyncSession, user: User, conversation_id: str, omitted: Sequence[str] = ()
) -> Shared:
    """What a stranger would see."""
    return await _read(session, await conversations.get(session, user, conversation_id), omitted)


def is_open(share: Share) -> bool:
    """Whether the link leads anywhere now."""
    return not _has_ended(share) and not _used_up(share)


def has_door(share: Share) -> bool:
    """Whether something is asked before anything is shown: a password, or a view of a few."""
    return share.password_hash is not None or share.views_max is not None


async def by_token(session: AsyncSession, token: str) -> Share:
    """The link with this token. Gone when it has ended; NotFound when it never was.

    Views that are used up are left to `enter`, since whoever came in before may read on.
    """
    found = await session.exec(select(Share).where(Share.token_hash == security.fingerprint(token)))
    share = found.first()
    if share is None:
        raise NotFound(DEAD, code="share_not_found")
    conversation = await session.get(Conversation, share.conversation_id)
    if _has_ended(share) or conversation is None or conversation.deleted_at:
        raise Gone(DEAD, code="share_gone")
    return share


async def check_password(share: Share, password: str, address: str) -> None:
    """Refuse a wrong password; after ten of them everybody at this address waits."""
    if share.password_hash is None:
        return
    place = f"{share.id} {address}"
    guesses.check(place)
    if not await security.verify_password(password, share.password_hash):
        guesses.add(place)
        raise NotAllowed("This is not the password of the link.", code="share_password_wrong")


async def count_view(session: AsyncSession, share: Share, user_agent: str) -> None:
    """Note that the link is read. Gone when the views are used up, also by two at once."""
    query = update(Share).where(col(Share.id) == share.id).values(views=col(Share.views) + 1)
    most = col(Share.views_max)
    query = query.where(or_(most.is_(None), col(Share.views) < most))
    if (await session.exec(query)).rowcount == 0:  # pyright: ignore[reportCallIssue, reportArgumentType]
        raise Gone(DEAD, code="share_gone")
    session.add(ShareView(share_id=share.id, client=device_name(user_agent)))


async def content(session: AsyncSession, share: Share) -> Shared:
    """What the link shows now."""
    if share.content is not None:
        found: dict[str, Any] = share.content
        return Shared(found["title"], [SharedMessage.read(one) for one in found["messages"]])
    conversation = await session.get(Conversation, share.conversation_id)
    if conversation is None:
        raise Gone(DEAD, code="share_gone")
    return await _read(session, conversation, share.omitted)


async def picture(session: AsyncSession, share: Share, file_id: str) -> Attachment:
    """A picture that the link shows."""
    shown = await content(session, share)
    ids = {file.id for one in shown.messages for file in one.files if file.is_picture}
    found = await session.get(Attachment, file_id) if file_id in ids else None
    if found is None:
        raise NotFound(DEAD, code="share_not_found")
    return found


async def copy(session: AsyncSession, reader: User, shared: Shared) -> Conversation:
    """A chat of the reader's own that begins with what the link shows."""
    conversation = await conversations.start(session, reader, shared.title)
    parent_id: str | None = None
    for one in shared.messages:
        message = Message(
            conversation_id=conversation.id, parent_id=parent_id, role=one.role, content=one.text
        )
        session.add(message)
        parent_id = message.id
    await session.flush()
    conversation.head_id = parent_id
    return conversation


async def purge() -> int:
    """Forget what ended links showed at once, and the links themselves after 30 days; how many.

    For the clock. It opens its own transaction.
    """
    moment = now()
    ended = update(Share).where(col(Share.expires_at) <= moment, col(Share.content).is_not(None))
    old = or_(col(Share.expires_at) <= moment - KEPT, col(Share.revoked_at) <= moment - KEPT)
    async with db.transaction() as session:
        await session.exec(ended.values(content=None, password_hash=None))  # pyright: ignore[reportCallIssue, reportArgumentType]
        return (await session.exec(delete(Share).where(old))).rowcount  # pyright: ignore[reportCallIssue, reportArgumentType]


def shown(message: Message, files: Sequence[Attachment] = ()) -> SharedMessage:
    """A message as others read it: an answer in the language of whom it was for."""
    author = catalogue.profile(message.model).label if message.model else ""
    text = message.content
    if message.role == "assistant" and message.translation:
        text = message.translation
    at = message.created_at.isoformat()
    named = [SharedFile(file.id, file.name, file.kind == "image") for file in files]
    return SharedMessage(message.id, message.role, author, text, at, named)


def _has_ended(share: Share) -> bool:
    """Whether it was taken back, or its time is over."""
    over = share.expires_at is not None and share.expires_at <= now()
    return share.revoked_at is not None or over


def _used_up(share: Share) -> bool:
    return share.views_max is not None and share.views >= share.views_max


async def _read(
    session: AsyncSession, conversation: Conversation, omitted: Sequence[str]
) -> Shared:
    branch = await messages.branch(session, conversation, conversation.head_id, MESSAGES_MAX)
    hidden = set(omitted)
    finished = [m for m in branch if m.id not in hidden and m.status != MessageStatus.STREAMING]
    files = await attachments.of(session, finished)
    kept = [one for one in finished if one.content or one.id in files]
    return Shared(conversation.title, [shown(one, files.get(one.id, ())) for one in kept])
