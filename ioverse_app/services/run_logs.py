"""The logs of runs, which are needed while somebody may still follow them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from ioverse_app import db
from ioverse_app.tables import Run, RunEvent, now

KEPT = timedelta(days=7)
AT_ONCE = 200
"""Logs in one transaction."""


async def purge() -> int:
    """Delete the logs of runs that ended a week ago: their text is in their message. How many."""
    count = 0
    while True:
        has_log = select(RunEvent.run_id).where(RunEvent.run_id == Run.id).exists()
        query = select(col(Run.id)).where(col(Run.ended_at) < now() - KEPT, has_log).limit(AT_ONCE)
        async with db.reading() as session:
            ids = (await session.exec(query)).all()
        if ids:
            async with db.transaction() as session:
                await session.execute(delete(RunEvent).where(col(RunEvent.run_id).in_(ids)))
        count += len(ids)
        if len(ids) < AT_ONCE:
            return count
