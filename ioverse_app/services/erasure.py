"""Deleting conversations for good, with everything in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.tables import Conversation, Message, Run
from ioverse_app.tables.run import OPEN

AT_ONCE = 20
"""Conversations in one transaction: whoever else writes should not wait for long."""


async def erase(session: AsyncSession, conversation_ids: Sequence[str]) -> None:
    """Delete these conversations, whoever owns them, and stop what is written in them.

    Messages, runs, votes and attachments go with them; files are left to the storage's purge.
    """
    await _stop(session, conversation_ids)
    # A chain of messages would be followed link by link, and SQLite follows 1000 at most.
    inside = col(Message.conversation_id).in_(conversation_ids)
    await session.execute(update(Message).where(inside).values(parent_id=None))
    await session.execute(delete(Conversation).where(col(Conversation.id).in_(conversation_ids)))


async def erase_all(which: ColumnElement[bool]) -> int:
    """Delete every conversation that this is true of, in transactions of its own; how many."""
    count = 0
    while True:
        async with db.transaction() as session:
            query = select(col(Conversation.id)).where(which).limit(AT_ONCE)
            ids = (await session.exec(query)).all()
            await erase(session, ids)
        count += len(ids)
        if len(ids) < AT_ONCE:
            return count


async def _stop(session: AsyncSession, conversation_ids: Sequence[str]) -> None:
    query = select(col(Run.id)).where(
        col(Run.conversation_id).in_(conversation_ids), col(Run.status).in_(OPEN)
    )
    for run_id in (await session.exec(query)).all():
        engine.current().cancel(run_id)
