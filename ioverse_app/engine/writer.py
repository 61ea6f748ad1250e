"""Group commit: the new entries of all runs, and the ends of runs, in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Update, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from ioverse_app import db
from ioverse_app.engine.events import Entry, encode
from ioverse_app.engine.settling import Used, settle_run
from ioverse_app.tables import Message, Run, RunEvent
from ioverse_app.tables.run import OPEN

logger = logging.getLogger(__name__)

COMMIT_SECONDS = 0.15
"""The longest that an entry waits for its commit to begin."""


@dataclass(slots=True)
class Closing:
    """What a run leaves behind: the last values of its row and of its message's row, if any.

    `used` is for the ledger, `question` what became known of the message that asked.
    """

    run_id: str
    message_id: str | None
    run: dict[str, Any]
    message: dict[str, Any] = field(default_factory=dict[str, Any])
    used: Used = field(default_factory=Used)
    question: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class _Batch:
    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    started: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    closings: list[Closing] = field(default_factory=list[Closing])
    used: dict[str, Used] = field(default_factory=dict[str, Used])
    done: list[asyncio.Future[None]] = field(default_factory=list[asyncio.Future[None]])

    def __bool__(self) -> bool:
        return bool(self.rows or self.started or self.closings or self.used)


class LogWriter:
    """Stores what the logs hand over, at most `COMMIT_SECONDS` later, all runs together.

    When the database refuses (a full disk, a lock that somebody holds), nothing is dropped: the
    batch waits and is tried again until it is written.
    """

    def __init__(self, commit_seconds: float = COMMIT_SECONDS) -> None:
        self._commit_seconds = commit_seconds
        self._batch = _Batch()
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._stopping = False
        self._lost: set[str] = set()
        self.trouble: str | None = None

    def add(self, run_id: str, entries: Sequence[Entry]) -> None:
        """Take new entries of a run."""
        if run_id in self._lost:
            return
        for entry in entries:
            kind, data = encode(entry.event)
            self._batch.rows.append(
                {"run_id": run_id, "number": entry.number, "kind": kind, "data": data}
            )
        self._wake.set()

    def started(self, run_id: str, values: dict[str, Any]) -> None:
        """Take what changed in a run's row when its work began."""
        self._batch.started.append((run_id, values))
        self._wake.set()

    def close(self, closing: Closing) -> asyncio.Future[None]:
        """Take the end of a run. The future is done once everything of it is stored."""
        stored = asyncio.get_running_loop().create_future()
        self._batch.used[closing.run_id] = closing.used  # even of a run that was deleted
        if closing.run_id not in self._lost:
            self._batch.closings.append(closing)
        self._batch.done.append(stored)
        self._wake.set()
        self._hurry.set()
        return stored

    async def run(self) -> None:
        """Write until `stop`, and then what is left."""
        while not (self._stopping and not self._batch):
            await self._wake.wait()
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), self._commit_seconds)
            self._wake.clear()
            self._hurry.clear()
            batch, self._batch = self._batch, _Batch()
            if batch:
                await self._store(batch)

    def stop(self) -> None:
        """Ask `run` to end when everything is written."""
        self._stopping = True
        self._wake.set()
        self._hurry.set()

    async def _store(self, batch: _Batch) -> None:
        wait = 0.05
        while True:
            try:
                await _commit(batch)
            except IntegrityError:
                logger.warning("A run was deleted or taken up elsewhere; its log is dropped")
                self._lost |= await _drop_lost(batch)
                await asyncio.sleep(wait)
            except Exception as error:
                self.trouble = str(error)
                logger.exception("The log could not be written; trying again in %.1f s", wait)
                await asyncio.sleep(wait)
                wait = min(2.0, wait * 2)
            else:
                self.trouble = None
                break
        for stored in batch.done:
            if not stored.done():
                stored.set_result(None)


async def _commit(batch: _Batch) -> None:
    async with db.transaction() as session:
        for run_id, values in batch.started:
            await session.execute(update(Run).where(col(Run.id) == run_id).values(**values))
        if batch.rows:
            await session.execute(insert(RunEvent), batch.rows)
        for closing in batch.closings:
            if closing.message_id is not None:
                ours = col(Message.id) == closing.message_id
                await session.execute(update(Message).where(ours).values(closing.message))
            await session.execute(
                update(Run).where(col(Run.id) == closing.run_id).values(closing.run)
            )
            if closing.question:
                await session.execute(_of_question(closing))
        for run_id, used in batch.used.items():
            await settle_run(session, run_id, used)


def _of_question(closing: Closing) -> Update:
    answer = select(col(Message.parent_id)).where(Message.id == closing.message_id)
    asked = col(Message.id) == answer.scalar_subquery()
    return (
        update(Message)
        .where(asked)
        .values(closing.question)
        .execution_options(synchronize_session=False)
    )


async def _drop_lost(batch: _Batch) -> set[str]:
    """Forget what belongs to runs that are gone, or that another process has ended."""
    wanted = {row["run_id"] for row in batch.rows} | {end.run_id for end in batch.closings}
    async with db.reading() as session:
        query = select(Run.id).where(col(Run.id).in_(wanted), col(Run.status).in_(OPEN))
        ours = set((await session.exec(query)).all())
    batch.rows = [row for row in batch.rows if row["run_id"] in ours]
    batch.closings = [end for end in batch.closings if end.run_id in ours]
    return wanted - ours
