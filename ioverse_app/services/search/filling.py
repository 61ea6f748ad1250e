"""Put what was there before the index into it, the newest first, while people work."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.tables import Found, SearchBacklog, SearchEntry
from ioverse_app.tables.indexing import index

logger = logging.getLogger(__name__)

BATCH = 200
PAUSE_SECONDS = 0.02


async def fill(batch: int = BATCH) -> None:
    """Work off the backlog, and end when nothing is left of it."""
    wait = PAUSE_SECONDS
    while True:
        try:
            async with db.transaction() as session:
                if not await _fill_some(session, batch):
                    return
            wait = PAUSE_SECONDS
        except IntegrityError:
            pass  # another process was quicker with these numbers
        except Exception:
            wait = min(60.0, wait * 4)
            logger.exception("The index could not be filled; trying again in %.1f s", wait)
        await asyncio.sleep(wait)


async def _fill_some(session: AsyncSession, batch: int) -> int:
    newest = select(SearchBacklog.object_id).order_by(col(SearchBacklog.object_id).desc())
    taken = await session.execute(
        delete(SearchBacklog)
        .where(col(SearchBacklog.object_id).in_(newest.limit(batch)))
        .returning(col(SearchBacklog.object_id), col(SearchBacklog.kind))
    )
    waiting: dict[Found, list[str]] = {kind: [] for kind in Found}
    rows = taken.all()
    for object_id, kind in rows:
        waiting[Found(kind)].append(object_id)
    lowest = (await session.exec(select(func.min(SearchEntry.number)))).one()

    def write(sync: Session) -> None:
        index(sync.connection(), waiting, numbers_below=min(lowest or 1, 1))

    await session.run_sync(write)
    return len(rows)
