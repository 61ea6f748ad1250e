"""The logs of runs: kept for a week, and then what the message tells of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import both_databases
from sqlalchemy import func, update
from sqlmodel import col, select

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.engine.events import Ended, Entry
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import run_logs, runs
from ioverse_app.tables import Run, RunEvent, RunStatus, now

MODEL = "scripted/parrot"


@pytest.fixture
async def parrot(database):
    async with engine.running():
        script = [TextDelta("Hello"), TextDelta(" there"), Usage(3, 2), Finished("stop")]
        registry.use(Scripted(script))
        yield
    await registry.close()


async def answered(user) -> runs.Started:
    started = await runs.start(user, None, "Hi", model=MODEL)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def ended_ago(run_id: str, days: float) -> None:
    async with db.transaction() as session:
        values = {"ended_at": now() - timedelta(days=days)}
        await session.execute(update(Run).where(col(Run.id) == run_id).values(values))


async def entries() -> int:
    async with db.reading() as session:
        return (await session.exec(select(func.count()).select_from(RunEvent))).one()


@both_databases
async def test_a_log_is_kept_for_a_week_and_its_answer_for_good(ann, parrot):
    old, young = await answered(ann), await answered(ann)
    before = await entries()
    await ended_ago(old.run_id, 7.1)
    await ended_ago(young.run_id, 6.9)
    assert await run_logs.purge() == 1
    assert await run_logs.purge() == 0
    assert await entries() == before / 2
    assert await runs.text_so_far(ann, old.answer_id) == "Hello there"
    followed = [entry async for entry in runs.follow(ann, old.run_id)]
    assert followed[0] == Entry(1, TextDelta("Hello there"))
    assert isinstance(followed[1].event, Ended)
    assert followed[1].event.status == RunStatus.COMPLETED
    assert followed[1].event.completion_tokens == 2
    assert [entry.number async for entry in runs.follow(ann, old.run_id, after=1)] == [2]
    assert [entry async for entry in runs.follow(ann, old.run_id, after=9)] == []


async def test_logs_go_some_at_a_time(ann, parrot, monkeypatch):
    monkeypatch.setattr(run_logs, "AT_ONCE", 2)
    for _ in range(5):
        await ended_ago((await answered(ann)).run_id, 8)
    assert await run_logs.purge() == 5
    assert await entries() == 0
