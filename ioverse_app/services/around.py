"""Messages around one of a conversation, which somebody wants to see in its place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.errors import NotFound
from ioverse_app.services import conversations, messages, versions
from ioverse_app.services.messages import Page
from ioverse_app.tables import Conversation, Message, User

BEFORE = 10
NEAR = 150
"""A message with at most so many below it is shown with all of them, else with `PAGE`."""

PAGE = 40


async def bring_up(user: User, conversation_id: str, message_id: str) -> bool:
    """Put the branch with this message on the screen; False if the message is not there."""
    async with db.reading() as session:
        try:
            conversation = await conversations.get(session, user, conversation_id)
            message = await messages.get(session, user, message_id)
        except NotFound:
            return False
        if message.conversation_id != conversation.id:
            return False
        if await _below(session, conversation, message_id) is not None:
            return True
    async with db.transaction() as session:
        await versions.show(session, user, message_id)
    return True


async def page(session: AsyncSession, conversation: Conversation, message_id: str) -> Page:
    """The messages around this one; the newest if it is not in the branch on the screen."""
    below = await _below(session, conversation, message_id) if message_id else None
    if below is None:
        return await messages.page(session, conversation)
    if len(below) <= NEAR:
        return await messages.page(session, conversation, limit=len(below) + 1 + BEFORE)
    return await _ending(session, conversation, below, PAGE + 1 + BEFORE)


async def newer(session: AsyncSession, conversation: Conversation, last_id: str) -> Page:
    """The messages that follow this one in the branch on the screen."""
    below = await _below(session, conversation, last_id)
    return await _ending(session, conversation, below or [], min(PAGE, len(below or [])))


async def _ending(
    session: AsyncSession, conversation: Conversation, below: Sequence[str], limit: int
) -> Page:
    """So many messages, of which the last is the one `PAGE` below, or the last of all."""
    rest = max(0, len(below) - PAGE)
    last_id = below[rest] if below else None
    items = await messages.branch(session, conversation, last_id, limit)
    return Page(items, items[0].parent_id if items else None, has_later=rest > 0)


async def _below(
    session: AsyncSession, conversation: Conversation, message_id: str
) -> Sequence[str] | None:
    """The messages below this one in the branch on the screen, the last of all first."""
    above = (
        select(col(Message.id), col(Message.parent_id), literal(0).label("height"))
        .where(Message.id == conversation.head_id, Message.conversation_id == conversation.id)
        .cte("above", recursive=True)
    )
    above = above.union_all(
        select(col(Message.id), col(Message.parent_id), above.c.height + 1).where(
            Message.id == above.c.parent_id, above.c.id != message_id
        )
    )
    path = (await session.exec(select(above.c.id).order_by(above.c.height))).all()
    return path[:-1] if path and path[-1] == message_id else None
