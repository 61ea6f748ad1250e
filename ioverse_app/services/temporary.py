"""Temporary conversations: in no list, named by no model, and gone when they are left."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import NotFound
from ioverse_app.services import conversations
from ioverse_app.services.erasure import erase, erase_all
from ioverse_app.services.notices import ListChanged, tell_after
from ioverse_app.tables import Conversation, User, now

LASTS = timedelta(hours=24)
"""How long one may be idle that nobody has left: its tab was closed, or is still open."""


async def keep(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Turn a temporary conversation into one like any other."""
    conversation = await conversations.get(session, user, conversation_id)
    return conversations.changed(session, user, conversation, temporary=False)


async def leave(session: AsyncSession, user: User, conversation_id: str) -> bool:
    """Delete a temporary conversation for good. Any other stays: whether it was one."""
    try:
        conversation = await conversations.get(session, user, conversation_id)
    except NotFound:
        return False
    if conversation.temporary:
        await erase(session, [conversation.id])
        tell_after(session, user.id, ListChanged(conversation.id))
    return conversation.temporary


async def purge() -> int:
    """Delete for good those that were deleted, and those that were idle for a day; how many."""
    idle = col(Conversation.active_at) < now() - LASTS
    gone = or_(idle, col(Conversation.deleted_at).is_not(None))
    return await erase_all(col(Conversation.temporary) & gone)
