"""What the clock did and will do, as the clock itself remembers it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS

from ioverse_app.errors import NotFound, Unavailable
from ioverse_app.services import access, audit
from ioverse_app.services.access import Action
from ioverse_app.tables import User, now

LAST = 5
"""How many of a job's last times are shown."""

_NO_CLOCK = "The clock does not run in this process, so nothing can be said about its jobs."


@dataclass(frozen=True, slots=True)
class Turn:
    """That a job was done: when it began, how long it took, and how much there was to do."""

    at: datetime
    status: str
    seconds: float | None
    count: int | None


@dataclass(frozen=True, slots=True)
class JobReport:
    """A job with its times (UTC), and what became of the last of them."""

    name: str
    cron: str
    turns: Sequence[Turn]


async def reports(actor: User) -> list[JobReport]:
    """Every job, by name. Unavailable if the clock does not run."""
    access.check(actor, Action.ADMINISTER)
    return await _asked(_reports)


async def run_now(actor: User, name: str) -> None:
    """Have a job done now. NotFound if there is none of this name."""
    access.check(actor, Action.ADMINISTER)
    known = await _asked(lambda: [schedule["schedule_name"] for schedule in DBOS.list_schedules()])
    if name not in known:
        raise NotFound("There is no job of this name.")
    await _asked(lambda: DBOS.trigger_schedule(name))
    await audit.record(actor, "job.started", kind="job", id=name)


async def last_done() -> datetime | None:
    """When any job was last done; None if the clock does not run here, or did nothing yet."""
    with suppress(Unavailable):
        return await _asked(_last_done)
    return None


async def _asked(question: Any) -> Any:
    """Ask in a thread, as DBOS wants it."""
    try:
        return await asyncio.to_thread(question)
    except Exception as error:
        raise Unavailable(_NO_CLOCK, code="no_clock") from error


def _reports() -> list[JobReport]:
    found = [
        JobReport(schedule["schedule_name"], schedule["schedule"], _turns(schedule))
        for schedule in DBOS.list_schedules()
    ]
    return sorted(found, key=lambda job: job.name)


def _turns(schedule: Any) -> list[Turn]:
    workflows = DBOS.list_workflows(
        name=schedule["schedule_name"], limit=LAST, sort_desc=True, load_input=False
    )
    return [_turn(workflow) for workflow in workflows]


def _turn(workflow: Any) -> Turn:
    began, ended = workflow.created_at, workflow.updated_at
    is_over = workflow.status in ("SUCCESS", "ERROR")
    return Turn(
        at=_moment(began),
        status=str(workflow.status).lower(),
        seconds=(ended - began) / 1000 if is_over and ended else None,
        count=workflow.output if isinstance(workflow.output, int) else None,
    )


def _last_done() -> datetime | None:
    since = (now() - timedelta(days=2)).isoformat()
    found = DBOS.list_workflows(
        status="SUCCESS",
        start_time=since,
        limit=1,
        sort_desc=True,
        load_input=False,
        load_output=False,
    )
    return _moment(found[0].created_at or 0) if found else None


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
