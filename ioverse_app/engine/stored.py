"""Logs as the database has them: of runs that are over, or that another process produces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.engine.events import Ended, Entry, ImageReady, LogEvent, decode
from ioverse_app.providers.events import TextDelta
from ioverse_app.tables import Image, Message, Run, RunEvent, RunStatus

POLL_SECONDS = 0.2


async def stored_entries(run_id: str, after: int = 0) -> list[Entry]:
    """The entries of a run behind number `after` that are stored now."""
    query = (
        select(RunEvent)
        .where(RunEvent.run_id == run_id, RunEvent.number > after)
        .order_by(col(RunEvent.number))
    )
    async with db.reading() as session:
        rows = (await session.exec(query)).all()
    return [Entry(row.number, decode(row.kind, row.data)) for row in rows]


async def stored_batches(run_id: str, after: int = 0) -> AsyncGenerator[list[Entry], None]:
    """The stored entries of a run behind number `after`, and what is added, to its end."""
    while True:
        async with db.reading() as session:
            run = await session.get(Run, run_id)
        batch = await stored_entries(run_id, after)
        if batch:
            yield batch
            after = batch[-1].number
            if isinstance(batch[-1].event, Ended):
                return
        elif run is None:
            return
        elif RunStatus(run.status).is_over:
            if kept := await _kept(run, after):
                yield kept
            return
        await asyncio.sleep(POLL_SECONDS)


async def _kept(run: Run, after: int) -> list[Entry]:
    """What the message or the images still tell of a run whose log was purged."""
    async with db.reading() as session:
        if (await session.exec(select(RunEvent).where(RunEvent.run_id == run.id).limit(1))).first():
            return []
        message = await session.get(Message, run.message_id) if run.message_id else None
        images = await _images(session, run)
    ended = Ended(
        RunStatus(run.status),
        run.finish_reason,
        run.error_code,
        run.error_message,
        run.prompt_tokens,
        run.completion_tokens,
        message.seconds if message else None,
    )
    events: list[LogEvent] = [TextDelta(message.content)] if message else [*images]
    entries = [Entry(number, event) for number, event in enumerate([*events, ended], start=1)]
    return [entry for entry in entries if entry.number > after]


async def _images(session: AsyncSession, run: Run) -> list[ImageReady]:
    query = select(Image.place, Image.id).where(Image.run_id == run.id).order_by(col(Image.place))
    return [ImageReady(place, image_id) for place, image_id in (await session.exec(query)).all()]
