"""The trash: deleted conversations, for 30 days. What is deleted from here is gone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.services.conversations import PAGE, Page, among
from ioverse_app.services.cursors import Cursor
from ioverse_app.services.erasure import erase as erase_conversations
from ioverse_app.services.erasure import erase_all
from ioverse_app.services.notices import ManyChanged, TrashEmptied, tell, tell_after
from ioverse_app.tables import Conversation, User, now

KEPT = timedelta(days=30)
DELETED = "d"


async def page(
    session: AsyncSession, user: User, *, cursor: str | None = None, limit: int = PAGE
) -> Page:
    """A page of this user's trash, what was deleted last first."""
    query = Conversation.deleted_by(user)
    if cursor:
        place = Cursor.read(cursor)
        query = query.where(place.behind(col(Conversation.deleted_at), col(Conversation.id)))
    found = (await session.exec(query.limit(limit + 1))).all()
    items = found[:limit]
    return Page(items, str(_place(items[-1])) if len(found) > limit else None)


async def erase(session: AsyncSession, user: User, conversation_ids: Sequence[str]) -> list[str]:
    """Delete these conversations of the trash for good; the ids of those that were in it."""
    query = among(Conversation.deleted_by(user), conversation_ids)
    ids = [conversation.id for conversation in (await session.exec(query)).all()]
    if ids:
        await erase_conversations(session, ids)
        tell_after(session, user.id, ManyChanged(tuple(ids)))
    return ids


async def empty(user: User) -> int:
    """Delete everything in this user's trash for good, in transactions of its own; how many."""
    count = await erase_all(Conversation.is_deleted_by(user))
    tell(user.id, TrashEmptied())
    return count


async def purge() -> int:
    """Delete for good what has been in anybody's trash for 30 days; how many."""
    return await erase_all(col(Conversation.deleted_at) < now() - KEPT)


def days_left(conversation: Conversation) -> int:
    """For how many more days a conversation in the trash can be brought back, rounded up."""
    if conversation.deleted_at is None:
        return KEPT.days
    return max(0, math.ceil((conversation.deleted_at + KEPT - now()) / timedelta(days=1)))


def _place(conversation: Conversation) -> Cursor:
    return Cursor(DELETED, conversation.deleted_at or now(), conversation.id)
