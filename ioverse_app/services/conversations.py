"""Conversations: list, open, rename, pin, archive, delete, bring back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, or_, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services.cursors import Cursor
from ioverse_app.services.notices import ListChanged, ManyChanged, tell_after
from ioverse_app.tables import Conversation, User, now
from ioverse_app.tables.conversation import NEW_TITLE

PAGE = 50
MANY = 1000
"""The most chats that are archived or deleted at once."""

TITLE_MAX = 255
WORDS = 8
"""The most words that a title is looked for by."""

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
    place = Cursor.read(cursor) if cursor else None
    query = Conversation.listed_for(user, archived=archived)
    pinned, rest = (query.where(each) for each in (_PINNED, ~_PINNED))
    if archived:
        query = _behind(query, place)
    elif place is not None and place.group != PINNED:
        query = _behind(rest, place)
    else:
        query = _one_after_the_other(_behind(pinned, place), rest, limit + 1)
    found = (await session.exec(query.limit(limit + 1))).all()
    items = found[:limit]
    return Page(items, str(_place(items[-1], archived)) if len(found) > limit else None)


async def get(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """The conversation with this id, if this user may open it."""
    return await _one(session, Conversation.visible_to(user), conversation_id)


async def find(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> Sequence[Conversation]:
    """Those of these conversations that this user may open, newest first."""
    return (await session.exec(among(Conversation.visible_to(user), conversation_ids))).all()


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


async def find_kept(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> Sequence[Conversation]:
    """Those of these conversations that are in any list of this user, the trash included."""
    return (await session.exec(among(Conversation.kept_by(user), conversation_ids))).all()


async def start(
    session: AsyncSession, user: User, title: str = NEW_TITLE, *, temporary: bool = False
) -> Conversation:
    """Begin a conversation. A temporary one is in no list and does not last."""
    conversation = Conversation(owner_id=user.id, title=checked_title(title), temporary=temporary)
    session.add(conversation)
    await session.flush()
    return conversation


async def rename(
    session: AsyncSession, user: User, conversation_id: str, title: str
) -> Conversation:
    """Give a conversation a new title."""
    conversation = await get(session, user, conversation_id)
    return changed(session, user, conversation, title=checked_title(title))


async def pin(
    session: AsyncSession, user: User, conversation_id: str, pinned: bool = True
) -> Conversation:
    """Put a conversation before all others in the list, or back to its place."""
    conversation = await get(session, user, conversation_id)
    return changed(session, user, conversation, pinned_at=now() if pinned else None)


async def archive(
    session: AsyncSession, user: User, conversation_id: str, archived: bool = True
) -> Conversation:
    """Take a conversation out of the list and keep it, or put it back."""
    conversation = await get(session, user, conversation_id)
    return changed(session, user, conversation, archived_at=now() if archived else None)


async def archive_many(
    session: AsyncSession, user: User, conversation_ids: Sequence[str], archived: bool = True
) -> list[str]:
    """Archive these conversations, or put them back; the ids of those that are there."""
    found = await find(session, user, conversation_ids)
    return many_changed(session, user, found, archived_at=now() if archived else None)


async def delete(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Put a conversation into the trash. It can be brought back."""
    conversation = await get(session, user, conversation_id)
    return changed(session, user, conversation, deleted_at=now())


async def delete_many(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> list[str]:
    """Put these conversations into the trash; the ids of those that were there."""
    found = await find(session, user, conversation_ids)
    return many_changed(session, user, found, deleted_at=now())


async def restore(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Bring a deleted conversation back, where it was in the list."""
    conversation = await _one(session, Conversation.deleted_by(user), conversation_id)
    return changed(session, user, conversation, deleted_at=None)


async def restore_many(
    session: AsyncSession, user: User, conversation_ids: Sequence[str]
) -> list[str]:
    """Bring deleted conversations back; the ids of those that could be."""
    query = among(Conversation.deleted_by(user), conversation_ids)
    return many_changed(session, user, (await session.exec(query)).all(), deleted_at=None)


def among(
    query: SelectOfScalar[Conversation], conversation_ids: Sequence[str]
) -> SelectOfScalar[Conversation]:
    """Those of the query that have one of these ids. Invalid if they are too many at once."""
    if len(conversation_ids) > MANY:
        raise Invalid(f"Choose at most {MANY} chats at once.", code="too_many_chats")
    wanted = [conversation_id.replace("\x00", "") for conversation_id in conversation_ids]
    return query.where(col(Conversation.id).in_(wanted))


def changed(
    session: AsyncSession, user: User, conversation: Conversation, **values: Any
) -> Conversation:
    """Give a conversation these values, and tell the open pages of its owner."""
    _set(conversation, values)
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


def many_changed(
    session: AsyncSession, user: User, found: Sequence[Conversation], **values: Any
) -> list[str]:
    """Give these conversations the same values, and tell once; their ids."""
    for conversation in found:
        _set(conversation, values)
    ids = [conversation.id for conversation in found]
    if ids:
        tell_after(session, user.id, ManyChanged(tuple(ids)))
    return ids


def checked_title(title: str) -> str:
    """The title as it is kept; raises Invalid for one that is empty or too long."""
    title = " ".join(title.replace("\x00", "").split())
    if not title:
        raise Invalid("A chat needs a title.", code="title_missing")
    if len(title) > TITLE_MAX:
        raise Invalid(
            f"This title has {len(title)} characters; {TITLE_MAX} is the most.",
            code="title_too_long",
        )
    return title


def _set(conversation: Conversation, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(conversation, name, value)


def _behind(
    query: SelectOfScalar[Conversation], place: Cursor | None
) -> SelectOfScalar[Conversation]:
    if place is None:
        return query
    return query.where(place.behind(col(Conversation.active_at), col(Conversation.id)))


def _place(conversation: Conversation, archived: bool) -> Cursor:
    pinned = conversation.pinned_at is not None and not archived
    return Cursor(PINNED if pinned else OTHERS, conversation.active_at, conversation.id)


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


async def _one(
    session: AsyncSession, query: SelectOfScalar[Conversation], conversation_id: str
) -> Conversation:
    found = (await session.exec(query.where(Conversation.id == conversation_id))).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found
