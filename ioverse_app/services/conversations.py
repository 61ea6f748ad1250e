"""Conversations: list, open, rename, delete, bring back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services.notices import ListChanged, tell_after
from ioverse_app.tables import Conversation, User, now
from ioverse_app.tables.conversation import NEW_TITLE

PAGE = 50
TITLE_MAX = 255
NOT_FOUND = "This chat is not there. It may have been deleted."


@dataclass(frozen=True, slots=True)
class Page:
    """Some conversations, newest first, and where the next page begins (None at the end)."""

    items: Sequence[Conversation]
    next_cursor: str | None


async def page(
    session: AsyncSession, user: User, *, cursor: str | None = None, limit: int = PAGE
) -> Page:
    """A page of this user's conversations. `cursor` is the last id of the page before."""
    query = Conversation.visible_to(user)
    if cursor is not None:
        last = await get(session, user, cursor)
        query = query.where(
            tuple_(col(Conversation.active_at), col(Conversation.id))
            < tuple_(last.active_at, last.id)
        )
    found = (await session.exec(query.limit(limit + 1))).all()
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit else None)


async def get(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """The conversation with this id, if this user may open it."""
    return await _one(session, Conversation.visible_to(user), conversation_id)


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


async def delete(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Put a conversation away. It can be brought back."""
    conversation = await get(session, user, conversation_id)
    conversation.deleted_at = now()
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


async def restore(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Bring a deleted conversation back, where it was in the list."""
    conversation = await _one(session, Conversation.deleted_by(user), conversation_id)
    conversation.deleted_at = None
    tell_after(session, user.id, ListChanged(conversation.id))
    return conversation


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
