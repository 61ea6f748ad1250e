"""The audit log: a chain that does not fork, and tells when somebody changed it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest
from conftest import both_databases
from sqlalchemy import text

from ioverse_app import db, migrations
from ioverse_app.errors import NotAllowed
from ioverse_app.services import audit
from ioverse_app.tables import Role


async def change(statement: str, **values) -> None:
    """What somebody with the database in hand can do."""
    async with db.transaction() as session:
        await session.execute(text(statement), values)


@pytest.fixture
async def written(ann, bob):
    """Five deeds."""
    for number in range(5):
        await audit.record(ann, "setting.changed", kind="setting", id=f"s{number}", about=bob.id)


@both_databases
async def test_every_entry_holds_the_hash_of_the_one_before(written, ann):
    ann.role = Role.ADMIN
    async with db.reading() as session:
        entries = await audit.page(session, ann)
    assert [entry.number for entry in entries] == [5, 4, 3, 2, 1]
    assert [entry.previous for entry in entries] == [e.hash for e in entries[1:]] + [""]
    verdict = await audit.verify()
    assert verdict.is_whole
    assert (verdict.count, verdict.head) == (5, entries[0].hash)
    assert "5 entries" in verdict.sentence


@both_databases
async def test_deeds_at_the_same_moment_make_one_chain(ann):
    await asyncio.gather(*(audit.record(ann, "job.started", id=str(n)) for n in range(12)))
    verdict = await audit.verify()
    assert verdict.is_whole
    assert verdict.count == 12


@both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'job.started' WHERE number = 3",
        "UPDATE audit_entry SET actor_id = about_id WHERE number = 3",
        "UPDATE audit_entry SET details = '[]' WHERE number = 3",
        "UPDATE audit_entry SET hash = previous WHERE number = 3",
        "DELETE FROM audit_entry WHERE number = 3",
    ],
)
async def test_a_change_is_found_where_it_was_made(written, statement):
    await change(statement)
    verdict = await audit.verify()
    assert not verdict.is_whole
    assert verdict.broken_at == 3
    assert "entry 3 is not as it was written" in verdict.sentence


async def test_a_log_that_was_cut_lacks_the_entry_that_was_written_down(written):
    before = (await audit.verify()).head
    await change("DELETE FROM audit_entry WHERE number = 5")
    assert (await audit.verify()).is_whole, "what remains is a chain"
    verdict = await audit.verify(before[:20])
    assert not verdict.is_whole
    assert "it has no entry" in verdict.sentence
    assert (await audit.verify((await audit.verify()).head)).is_whole


@both_databases
async def test_an_entry_is_committed_with_its_deed_or_not_at_all(ann):
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as session:
            await audit.note(session, ann, "job.started")
            raise ZeroDivisionError
    assert (await audit.verify()).count == 0


async def test_members_do_not_read_it(written, ann):
    async with db.reading() as session:
        with pytest.raises(NotAllowed):
            await audit.page(session, ann)


async def test_the_command_says_what_it_found(configure):
    migrations.upgrade()
    db.engine.cache_clear()
    await audit.record(None, "session.refused")
    command = [sys.executable, "-m", "ioverse_app.audit", "verify"]

    def run(*more: str) -> subprocess.CompletedProcess:
        folder = str(migrations.ROOT)
        return subprocess.run(
            [*command, *more],
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
        )

    fine = await asyncio.to_thread(run)
    assert fine.returncode == 0
    assert "The audit log is whole: 1 entries" in fine.stdout
    assert (await asyncio.to_thread(run, "f" * 64)).returncode == 1
    await change("UPDATE audit_entry SET action = 'x'")
    changed = await asyncio.to_thread(run)
    assert (changed.returncode, "entry 1" in changed.stdout) == (1, True)
    await db.close()
