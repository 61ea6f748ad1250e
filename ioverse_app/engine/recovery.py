"""Runs whose process is gone: their text stays, and their message can be continued."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.engine.ending import closing, run_values
from ioverse_app.engine.events import Ended, LogEvent, decode, encode
from ioverse_app.engine.settling import Used, settle_run
from ioverse_app.engine.writer import Closing
from ioverse_app.tables import Image, Message, Run, RunEvent, RunStatus, Worker, now
from ioverse_app.tables.run import OPEN

SILENT_AFTER = timedelta(seconds=20)
"""A worker that has not been seen for this long is taken for dead."""

INTERRUPTED = "The server was interrupted before the answer was complete. What arrived is kept."


async def register(session: AsyncSession) -> Worker:
    """Say that this process lives."""
    worker = Worker(host=socket.gethostname(), pid=os.getpid())
    session.add(worker)
    return worker


async def seen(session: AsyncSession, worker_id: str) -> None:
    """Say that this process still lives."""
    await session.execute(update(Worker).where(col(Worker.id) == worker_id).values(seen_at=now()))


async def recover(session: AsyncSession, worker_id: str) -> list[Run]:
    """End the runs of workers that are gone, and return them."""
    workers = (await session.exec(select(Worker).where(Worker.id != worker_id))).all()
    living = {worker_id} | {worker.id for worker in workers if _is_alive(worker)}
    dead = [worker.id for worker in workers if worker.id not in living]
    orphans = (
        await session.exec(
            select(Run).where(col(Run.status).in_(OPEN), col(Run.owner).not_in(living))
        )
    ).all()
    for run in orphans:
        await _interrupt(session, run)
    await session.execute(delete(Worker).where(col(Worker.id).in_(dead)))
    return list(orphans)


def _is_alive(worker: Worker) -> bool:
    if worker.host == socket.gethostname():
        if worker.pid == os.getpid():
            return False  # an earlier process with our number
        try:
            os.kill(worker.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
    return now() - worker.seen_at < SILENT_AFTER


async def _interrupt(session: AsyncSession, run: Run) -> None:
    stored = (
        await session.exec(
            select(RunEvent).where(RunEvent.run_id == run.id).order_by(col(RunEvent.number))
        )
    ).all()
    events: list[LogEvent] = [decode(row.kind, row.data) for row in stored]
    seconds = (run.updated_at - run.started_at).total_seconds() if run.started_at else None
    ended = Ended(
        status=RunStatus.INCOMPLETE,
        error_code="interrupted",
        error_message=INTERRUPTED,
        seconds=seconds,
    )
    if run.message_id is None:
        last = await _closing_of_images(session, run, ended)
    else:
        message = await session.get_one(Message, run.message_id)
        last = closing(run.id, message.id, message.content, events, ended)
        _assign(message, last.message)
        if last.question and message.parent_id:
            _assign(await session.get_one(Message, message.parent_id), last.question)
    _assign(run, last.run)
    await settle_run(session, run.id, last.used)
    kind, data = encode(ended)
    session.add(RunEvent(run_id=run.id, number=len(stored) + 1, kind=kind, data=data))


async def _closing_of_images(session: AsyncSession, run: Run, ended: Ended) -> Closing:
    """What was made until then is kept, and paid for."""
    query = select(func.count(), func.sum(Image.cost)).where(Image.run_id == run.id)
    count, cost = (await session.exec(query)).one()
    used = Used(cost=int(cost) if cost is not None else None, images=count)
    return Closing(run.id, None, run_values(ended), used=used)


def _assign(row: Message | Run, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
