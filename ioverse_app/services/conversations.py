"""Conversations: list, open, rename, pin, archive, delete, bring back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import col, or_, select, tuple_, union_all
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services.notices import ListChanged, ManyChanged, tell_after
from ioverse_app.tables import Conversation, User, now
from ioverse_app.tables.conversation import NEW_TITLE

PAGE = 50
MANY = 1000
"""The most chats that are archived or deleted at once."""

TITLE_MAX = 255
WORDS = 8
"""The most words that a title is looked for by."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PINNED, OTHERS = "p", "o"
_PINNED = col(Conversation.pinned_at).is_not(None)
NOT_FOUND = "This chat is not there. It may have been deleted."


@dataclass(frozen=True, slots=True)
class Page:
    """Some conversations in the order of the list, and where the next page begins, if any."""

    items: Sequence[Conversation]
    next_cursor: str | None


async def page(
    session: AsyncSession,
    user: User,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
    archived: bool = False,
) -> Page:
    """A page of this user's list, pinned ones first, or of what they archived.

    `cursor` is the `next_cursor` of the page before. It names a place in the list and not a
    conversation, so it holds when that one is used, pinned or deleted meanwhile.
    """
    place = _Place.read(cursor) if cursor else None
    query = Conversation.listed_for(user, archived=archived)
    pinned, rest = (query.where(each) for each in (_PINNED, ~_PINNED))
    if archived:
        query = _behind(query, place)
    elif place is not None and not place.pinned:
        query = _behind(rest, place)
    else:
        query = _one_after_the_other(_behind(pinned, place), rest, limit + 1)
    found = (await session.exec(query.limit(limit + 1))).all()
    items = found[:limit]
    return Page(items, _Place.of(items[-1], archived).cursor if len(found) > limit else None)


async def get(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """The conversation with this id, if this user may open it."""
    return await _one(session, Conversation.visible_to(user), conversation_id)


async def find(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> Sequence[Conversation]:
    """Those of these conversations that this user may open, newest first."""
    wanted = _few(conversation_ids)
    return (await session.exec(_among(Conversation.visible_to(user), wanted))).all()


async def named(
    session: AsyncSession, user: User, words: str, limit: int = PAGE
) -> Sequence[Conversation]:
    """The chats of this user with all of these words in their titles, archived ones too."""
    query = Conversation.visible_to(user).where(~col(Conversation.temporary))
    wanted = words.replace("\x00", "").split()[:WORDS]
    for word in wanted:
        # SQLite folds the case of ASCII letters only.
        forms = {word, word.lower(), word.upper(), word.capitalize()}
        title = col(Conversation.title)
        query = query.where(or_(*(title.icontains(form, autoescape=True) for form in forms)))
    return (await session.exec(query.limit(limit))).all() if wanted else []


async def start(session: AsyncSession, user: User, title: str = NEW_TITLE) -> Conversation:
    """Begin a conversation."""
    conversation = Conversation(owner_id=user.id, title=_checked(title))
    session.add(conversation)
    await session.flush()
    return conversation


async def rename(
    session: AsyncSession, user: User, conversation_id: str, title: str
) -> Conversation:
    """Give a conversation a new title."""
    conversation = await get(session, user, conversation_id)
    conversation.title = _checked(title)
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


async def pin(
    session: AsyncSession, user: User, conversation_id: str, pinned: bool = True
) -> Conversation:
    """Put a conversation before all others in the list, or back to its place."""
    conversation = await get(session, user, conversation_id)
    conversation.pinned_at = now() if pinned else None
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


async def archive(
    session: AsyncSession, user: User, conversation_id: str, archived: bool = True
) -> Conversation:
    """Take a conversation out of the list and keep it, or put it back."""
    conversation = await get(session, user, conversation_id)
    conversation.archived_at = now() if archived else None
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


async def archive_many(
    session: AsyncSession, user: User, conversation_ids: Sequence[str], archived: bool = True
) -> list[str]:
    """Archive these conversations, or put them back; the ids of those that are there."""
    found = await find(session, user, conversation_ids)
    for conversation in found:
        conversation.archived_at = now() if archived else None
    return _told(session, user, found)


async def delete(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Put a conversation away. It can be brought back."""
    conversation = await get(session, user, conversation_id)
    conversation.deleted_at = now()
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


async def delete_many(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> list[str]:
    """Put these conversations away; the ids of those that were there, for `restore_many`."""
    found = await find(session, user, conversation_ids)
    for conversation in found:
        conversation.deleted_at = now()
    return _told(session, user, found)


async def restore(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Bring a deleted conversation back, where it was in the list."""
    conversation = await _one(session, Conversation.deleted_by(user), conversation_id)
    conversation.deleted_at = None
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


async def restore_many(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> list[str]:
    """Bring deleted conversations back; the ids of those that could be."""
    wanted = _few(conversation_ids)
    found = (await session.exec(_among(Conversation.deleted_by(user), wanted))).all()
    for conversation in found:
        conversation.deleted_at = None
    return _told(session, user, found)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the list: just behind a conversation as it stood when its page was read."""

    pinned: bool
    active_at: datetime
    id: str

    @classmethod
    def of(cls, conversation: Conversation, archived: bool) -> _Place:
        pinned = conversation.pinned_at is not None and not archived
        return cls(pinned, conversation.active_at, conversation.id)

    @classmethod
    def read(cls, cursor: str) -> _Place:
        try:
            group, moment, conversation_id = cursor.split(".")
            active_at = EPOCH + timedelta(microseconds=int(moment))
        except (ValueError, OverflowError):
            raise Invalid("This is not the cursor of a page.", code="cursor_invalid") from None
        return cls(group == PINNED, active_at, conversation_id.replace("\x00", ""))

    @property
    def cursor(self) -> str:
        moment = (self.active_at - EPOCH) // timedelta(microseconds=1)
        return f"{PINNED if self.pinned else OTHERS}.{moment}.{self.id}"


def _behind(
    query: SelectOfScalar[Conversation], place: _Place | None
) -> SelectOfScalar[Conversation]:
    if place is None:
        return query
    return query.where(
        tuple_(col(Conversation.active_at), col(Conversation.id))
        < tuple_(place.active_at, place.id)
    )


def _one_after_the_other(
    pinned: SelectOfScalar[Conversation], rest: SelectOfScalar[Conversation], limit: int
) -> SelectOfScalar[Conversation]:
    """Both in one statement, each of them read from its own index."""
    ids = [
        select(query.with_only_columns(col(Conversation.id)).limit(limit).subquery().c.id)
        for query in (pinned, rest)
    ]
    return (
        select(Conversation)
        .where(col(Conversation.id).in_(union_all(*ids)))
        .order_by(_PINNED.desc(), col(Conversation.active_at).desc(), col(Conversation.id).desc())
    )


def _among(
    query: SelectOfScalar[Conversation], conversation_ids: Sequence[str]
) -> SelectOfScalar[Conversation]:
    return query.where(col(Conversation.id).in_(conversation_ids))


def _few(conversation_ids: Sequence[str]) -> Sequence[str]:
    if len(conversation_ids) > MANY:
        raise Invalid(f"Choose at most {MANY} chats at once.", code="too_many_chats")
    return [conversation_id.replace("\x00", "") for conversation_id in conversation_ids]


def _told(session: AsyncSession, user: User, found: Sequence[Conversation]) -> list[str]:
    changed = [conversation.id for conversation in found]
    if changed:
        tell_after(session, user.id, ManyChanged(tuple(changed)))
    return changed


async def _one(
    session: AsyncSession, query: SelectOfScalar[Conversation], conversation_id: str
) -> Conversation:
    found = (await session.exec(query.where(Conversation.id == conversation_id))).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _checked(title: str) -> str:
    title = " ".join(title.replace("\x00", "").split())
    if not title:
        raise Invalid("A chat needs a title.", code="title_missing")
    if len(title) > TITLE_MAX:
        raise Invalid(
            f"This title has {len(title)} characters; {TITLE_MAX} is the most.",
            code="title_too_long",
        )
    return title
