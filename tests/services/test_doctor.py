"""What the doctor finds: each thing that can be wrong, in a sentence with a next step."""

from __future__ import annotations

from collections import namedtuple

import pytest
from conftest import add_person, both_databases
from sqlalchemy import text

from ioverse_app import db, migrations, security
from ioverse_app.config import settings
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import audit, doctor, provider_keys
from ioverse_app.services.doctor import Level
from ioverse_app.tables import Role


@pytest.fixture(autouse=True)
async def healthy(database):
    """An installation with nothing wrong."""
    security._signing_key.cache_clear()
    security._sealer_of.cache_clear()
    await security.prepare()
    owner = await add_person("olga", role=Role.OWNER)
    registry.use(Scripted([]))
    async with db.transaction() as session:
        await session.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
        newest = {"number": migrations.revisions()[-1]}
        await session.execute(text("INSERT INTO alembic_version VALUES (:number)"), newest)
    yield owner
    await registry.close()


async def found(about: str) -> list[doctor.Finding]:
    return [one for one in await doctor.examine() if one.about == about]


@both_databases
async def test_nothing_is_wrong_with_a_healthy_one(configure):
    findings = await doctor.examine()
    assert {one.level for one in findings} <= {Level.GOOD, Level.NOTE, Level.WARNING}
    assert {"Disk", "Database", "Migrations", "Keys", "Providers", "Mail", "Audit log"} <= {
        one.about for one in findings
    }
    worst = [list(Level).index(one.level) for one in findings]
    assert worst == sorted(worst, reverse=True)


async def test_a_disk_that_is_full(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(1, 1, 10))
    (one,) = await found("Disk")
    assert one.level is Level.PROBLEM
    assert one.next_step


async def test_keys_that_others_can_read_or_that_do_not_fit(healthy):
    keys = settings().data_dir / "keys"
    (keys / "private.pem").chmod(0o644)
    (keys / "public.pem").write_text("another")
    sentences = [one.sentence for one in await found("Keys") if one.level is Level.PROBLEM]
    assert any("can read" in sentence for sentence in sentences)
    assert any("does not belong" in sentence for sentence in sentences)


async def test_a_provider_key_that_cannot_be_opened(healthy):
    async with db.transaction() as session:
        row = await provider_keys.keep(session, healthy, "openai", "sk-something-long")
        row.sealed = "nonsense"
    assert any("1 provider keys cannot be read" in one.sentence for one in await found("Keys"))


async def test_tables_that_are_old():
    async with db.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    (one,) = await found("Migrations")
    assert one.level is Level.PROBLEM


async def test_a_changed_log_and_nobody_who_owns(healthy):
    await audit.record(healthy, "job.started")
    async with db.transaction() as session:
        await session.execute(text("UPDATE audit_entry SET action = 'x'"))
        await session.execute(text("UPDATE \"user\" SET role = 'member'"))
    for about in ("Audit log", "People"):
        (one,) = await found(about)
        assert one.level is Level.PROBLEM


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"public_url": "https://ai.example.org"}, Level.GOOD),
        ({"public_url": "http://ai.example.org"}, Level.WARNING),
        ({"public_url": "ai.example.org"}, Level.PROBLEM),
        ({"host": "0.0.0.0"}, Level.WARNING),
        ({"host": "127.0.0.1"}, Level.GOOD),
    ],
)
async def test_addresses(configure, values, level):
    configure(**values)
    (one,) = await found("Address")
    assert one.level is level
