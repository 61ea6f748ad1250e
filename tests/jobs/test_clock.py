"""The clock: jobs at their times, on both databases, and an app that goes on without them."""

from __future__ import annotations

import asyncio
import logging
import socket
import sqlite3
from datetime import timedelta

import pytest
from conftest import both_databases, eventually
from dbos import DBOS

from ioverse_app import db
from ioverse_app.config import settings
from ioverse_app.jobs import clock
from ioverse_app.services import conversations, trash
from ioverse_app.tables import Conversation, now


async def listed(**which):
    """What DBOS knows, asked for in a thread as the clock does."""
    return await asyncio.to_thread(DBOS.list_workflows, **which)


async def done(name: str, times: int = 1):
    """What a job answered, once it was done so often."""
    async with asyncio.timeout(15):
        while True:
            found = await listed(name=name, status="SUCCESS")
            if len(found) >= times:
                return [workflow.output for workflow in found]
            await asyncio.sleep(0.05)


async def old_trash(user) -> None:
    async with db.transaction() as session:
        chat = await conversations.start(session, user, "Long gone")
        chat.deleted_at = now() - trash.KEPT - timedelta(minutes=1)


@both_databases
async def test_what_was_missed_is_done_at_the_start_and_again_at_every_start(ann):
    for times in (1, 2):
        await old_trash(ann)
        async with clock.running():
            assert await done("purge-trash", times) == [1] * times
            for job in clock._ALL:
                await done(job.name, times)
            assert {s["schedule_name"]: s["schedule"] for s in DBOS.list_schedules()} == {
                job.name: job.cron for job in clock._ALL
            }
        async with db.reading() as session:
            assert await session.get(Conversation, "x") is None
        assert await asyncio.to_thread(lambda: "the loop's threads still work")


async def test_it_keeps_to_itself(database, monkeypatch, caplog):
    """Its file is its own and in WAL mode; it says nothing, and calls nobody."""

    def refuse(*_: object) -> None:
        raise AssertionError("The clock went to the network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with caplog.at_level(logging.DEBUG):
        async with clock.running():
            await done("purge-jobs")
    assert [r.getMessage() for r in caplog.records if r.name.startswith("dbos")] == []
    with sqlite3.connect(settings().data_dir / "jobs.db") as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_job_that_fails_says_so_and_stops_nothing(database, monkeypatch, caplog):
    async def fail() -> int:
        raise RuntimeError("The disk is full.")

    failing = clock.Job("purge-everything", "0 0 1 1 *", fail)
    monkeypatch.setattr(clock, "_ALL", (*clock._ALL, failing))
    monkeypatch.setitem(clock._WORKFLOWS, failing.name, clock._workflow(failing))
    async with clock.running():
        await done("purge-trash")
        await eventually(lambda: "purge-everything failed" in caplog.text, 15)


async def test_an_app_without_a_clock_still_serves(database, configure, caplog, tmp_path):
    (settings().data_dir / "jobs.db").mkdir()
    async with clock.running():
        assert "The clock cannot start" in caplog.text
    assert await asyncio.to_thread(lambda: True)


async def test_what_the_clock_did_is_forgotten_after_a_week(database, monkeypatch):
    async with clock.running():
        for job in clock._ALL:
            await done(job.name)
        monkeypatch.setattr(clock, "KEPT", timedelta(0))
        assert await clock._forget() >= len(clock._ALL) - 1
        assert await listed(name=[job.name for job in clock._ALL]) == []


@pytest.mark.parametrize("job", clock._ALL, ids=lambda job: job.name)
def test_no_two_jobs_begin_at_the_same_minute_of_the_hour(job):
    others = {other.cron for other in clock._ALL if other is not job}
    assert job.cron not in others
