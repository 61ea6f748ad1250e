"""The engine: every answer is a run of it, owned by the server and by no browser."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

from ioverse_app import db
from ioverse_app.config import settings
from ioverse_app.engine import recovery
from ioverse_app.engine.events import Ended, Entry
from ioverse_app.engine.job import Outcome, Task, cancelled, interrupted
from ioverse_app.engine.log import RunLog
from ioverse_app.engine.slots import Slots
from ioverse_app.engine.stored import stored_batches, stored_entries
from ioverse_app.engine.writer import LogWriter
from ioverse_app.errors import Unavailable
from ioverse_app.tables import RunStatus, Worker, now

logger = logging.getLogger(__name__)

SEEN_SECONDS = 5.0
STOP_SECONDS = 6.0
"""How long a stopping server waits until what was said is stored."""

UNSAVED_SECONDS = 20.0
UNSAVED = (
    "The answer is here but cannot be stored at the moment. "
    "It is stored as soon as the disk or the database works again."
)

Then = Callable[[Ended], None]


class Engine:
    """The runs that this process produces. One for each process, from start to stop."""

    def __init__(self) -> None:
        self.worker_id = ""
        self.slots = Slots(settings().runs_per_user, settings().runs_in_all)
        self.writer = LogWriter()
        self._logs: dict[str, RunLog] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._working: dict[str, asyncio.Task[Ended]] = {}
        self._background: list[asyncio.Task[None]] = []
        self._beside: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        """Take up what a dead process left, and be ready."""
        async with db.transaction() as session:
            self.worker_id = (await recovery.register(session)).id
        await self._recover()
        self._background = [
            asyncio.create_task(self.writer.run(), name="log writer"),
            asyncio.create_task(self._stay_alive(), name="heartbeat"),
        ]

    async def stop(self) -> None:
        """Interrupt what is running, store all that was said, and end."""
        self._stopping = True
        writer, heartbeat = self._background
        heartbeat.cancel()
        for worker in self._working.values():
            worker.cancel()
        for task in self._beside:
            task.cancel()
        deadline = asyncio.get_running_loop().time() + STOP_SECONDS
        await _wait_for([*self._runs, *self._beside], deadline)
        self.writer.stop()
        await _wait_for([writer, heartbeat], deadline)
        with contextlib.suppress(Exception):
            async with db.transaction() as session:
                if worker := await session.get(Worker, self.worker_id):
                    await session.delete(worker)

    def begin(self, job: Task, then: Then | None = None) -> None:
        """Begin a run whose row is stored. `then` is called when its end is stored."""
        self._logs[job.run_id] = RunLog(job.run_id, self.writer.add)
        run = asyncio.create_task(self._run(job, then), name=f"run {job.run_id}")
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    def beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do something after an answer that nobody waits for. A stopping server drops it."""
        if self._stopping:
            work.close()
            return
        task = asyncio.create_task(work, name=name)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def cancel(self, run_id: str) -> bool:
        """Stop a run of this process; what it said is kept. False when it is not at work here."""
        worker = self._working.get(run_id)
        return worker is not None and worker.cancel()

    async def batches(self, run_id: str, after: int = 0) -> AsyncGenerator[list[Entry], None]:
        """The log of a run behind entry `after`, to its end, from wherever it is.

        What is there already comes in one piece.
        """
        log = self._logs.get(run_id)
        found = log.batches(after) if log else stored_batches(run_id, after)
        async with aclosing(found):
            async for batch in found:
                yield batch

    async def so_far(self, run_id: str) -> Sequence[Entry]:
        """What the log of a run has now, from wherever it is."""
        log = self._logs.get(run_id)
        return log.entries if log else (await stored_entries(run_id))

    async def _run(self, job: Task, then: Then | None) -> None:
        log = self._logs[job.run_id]
        outcome = Outcome(price=job.price)
        worker = asyncio.create_task(self._work(job, log, outcome))
        self._working[job.run_id] = worker
        try:
            ended = await worker
        except asyncio.CancelledError:
            ended = interrupted(outcome) if self._stopping else cancelled(outcome)
        del self._working[job.run_id]
        ended = await self._store(job, log, outcome, ended)
        log.end(ended)
        del self._logs[job.run_id]
        if then is not None:
            then(ended)

    async def _work(self, job: Task, log: RunLog, outcome: Outcome) -> Ended:
        async with self.slots.hold(job.user_id):
            outcome.begin()
            self.writer.started(job.run_id, {"status": RunStatus.IN_PROGRESS, "started_at": now()})
            return await job.work(log, outcome)

    async def _store(self, job: Task, log: RunLog, outcome: Outcome, ended: Ended) -> Ended:
        """Store the end before anybody is told. If that takes long, say so and go on trying."""
        log.publish()
        events = [entry.event for entry in log.entries]
        last = job.closing(events, ended)
        last.run["first_token_at"] = outcome.first_token_at
        self.writer.add(job.run_id, (Entry(len(events) + 1, ended),))
        stored = self.writer.close(last)
        try:
            await asyncio.wait_for(asyncio.shield(stored), UNSAVED_SECONDS)
        except TimeoutError:
            return replace(ended, error_code="not_stored", error_message=UNSAVED)
        return ended

    async def _stay_alive(self) -> None:
        while True:
            await asyncio.sleep(SEEN_SECONDS)
            try:
                async with db.transaction() as session:
                    await recovery.seen(session, self.worker_id)
                await self._recover()
            except Exception:
                logger.exception("The heartbeat could not be written")

    async def _recover(self) -> None:
        async with db.transaction() as session:
            for run in await recovery.recover(session, self.worker_id):
                logger.warning("Run %s was left by a process that is gone", run.id)


async def _wait_for(tasks: Sequence[asyncio.Task[None]], deadline: float) -> None:
    """Wait for tasks until a moment of the loop's clock, and name those that are late."""
    if not tasks:
        return
    seconds = max(0.1, deadline - asyncio.get_running_loop().time())
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        logger.error("%s did not end in time", task.get_name())
        task.cancel()


@asynccontextmanager
async def running() -> AsyncIterator[Engine]:
    """The engine of this process, from start to stop."""
    global _current
    _current = engine = Engine()
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()
        _current = None


def current() -> Engine:
    """The engine of this process."""
    if _current is None:
        raise Unavailable("The server is starting or stopping. Try again in a moment.")
    return _current


_current: Engine | None = None
