"""The clock: jobs at their times, by DBOS, whose tables are in a file or in PostgreSQL.

However many processes serve, each time of a job comes once. DBOS keeps to threads of its own and
hands each job to the app's loop, which stays as it is: an async workflow would make that loop use
DBOS's threads for everything, and leave it without any at the end.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, ScheduleInput

from ioverse_app.config import settings
from ioverse_app.jobs.hands import Hands
from ioverse_app.jobs.schedule import JOBS, Job
from ioverse_app.tables import new_id, now

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
"""For how long it can be looked up what the clock did."""

STOP_SECONDS = 2.0
THREADS = 4

_hands = Hands()


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """The jobs, from start to stop, each of them done once at the start."""
    try:
        _start()
    except Exception:
        logger.exception("The clock cannot start: nothing is purged until it does")
    try:
        yield
    finally:
        await _stop()


def _start() -> None:
    _hands.loop = asyncio.get_running_loop()
    logging.getLogger("dbos").addHandler(logging.NullHandler())  # instead of one of its own
    DBOS(config=_config())
    DBOS.launch()
    known = {schedule["schedule_name"] for schedule in DBOS.list_schedules()}
    for name in known - {job.name for job in _ALL}:
        DBOS.delete_schedule(name)
    DBOS.apply_schedules([_schedule(job) for job in _ALL])
    for job in _ALL:
        DBOS.trigger_schedule(job.name)


async def _stop() -> None:
    """End DBOS in a thread of our own, since it waits for all of its threads."""
    _hands.let_go()
    loop = asyncio.get_running_loop()
    ending = ThreadPoolExecutor(1, thread_name_prefix="clock")
    try:
        await asyncio.wait_for(loop.run_in_executor(ending, DBOS.destroy), STOP_SECONDS)
    except TimeoutError:
        logger.warning("The clock did not stop within %.0f seconds", STOP_SECONDS)
    finally:
        ending.shutdown(wait=False)


def _config() -> DBOSConfig:
    url = settings().database
    in_file = url.startswith("sqlite")
    if in_file:
        path = settings().data_dir.resolve() / "jobs.db"
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA journal_mode=WAL")
        url = f"sqlite:///{path}"
    return DBOSConfig(
        name="ioverse",
        system_database_url=url,
        sys_db_pool_size=3,
        max_executor_threads=THREADS,
        application_version="1",  # otherwise a new release would leave what the old one began
        executor_id="local" if in_file else new_id(),
        serializer=DBOSPortableJSONSerializer(),
        log_level="WARNING",
        enable_otlp=False,
    )


def _schedule(job: Job) -> ScheduleInput:
    return ScheduleInput(
        schedule_name=job.name, workflow_fn=_WORKFLOWS[job.name], schedule=job.cron, context=None
    )


def _workflow(job: Job) -> Any:
    """The job as DBOS knows it. One that fails says so, and comes again at its next time."""

    def run(_at: Any, _context: Any) -> int:
        try:
            count = _hands.give(job.work())
        except CancelledError:
            raise
        except Exception:
            logger.exception("%s failed", job.name)
            raise
        if count:
            logger.info("%s: %d", job.name, count)
        return count

    return DBOS.workflow(name=job.name)(run)


async def _forget() -> int:
    """Delete what DBOS remembers of jobs that were done, or given up, a week ago."""
    return await asyncio.to_thread(_forget_before, (now() - KEPT).isoformat())


def _forget_before(moment: str) -> int:
    count = 0
    while found := DBOS.list_workflows(
        end_time=moment, name=list(_WORKFLOWS), limit=200, load_input=False, load_output=False
    ):
        DBOS.delete_workflows([workflow.workflow_id for workflow in found])
        count += len(found)
    return count


_ALL = (*JOBS, Job("purge-jobs", "37 * * * *", _forget))
_WORKFLOWS = {job.name: _workflow(job) for job in _ALL}
