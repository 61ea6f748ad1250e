"""The migrations lead from nothing to the tables, and keep a copy of what was there before."""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from conftest import _fresh_postgres
from sqlmodel import SQLModel

from alembic import command
from ioverse_app import migrations
from ioverse_app.migrations import MigrationFailed
from ioverse_app.startup import NotReady
from ioverse_app.tables import search_entry
from ioverse_app.tables.search_entry import is_ours


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request, configure):
    """A database with nothing in it, of either kind."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        configure(database_url=asyncio.run(_fresh_postgres(server)))
    return request.param


def test_an_empty_database_ends_with_the_tables_of_the_app(empty_database):
    migrations.upgrade()
    with sa.create_engine(migrations.sync_url()).connect() as connection:
        options = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_what_keeps_the_search_index_survives_every_migration(empty_database):
    """SQLite drops the triggers of a table that a migration writes anew: make them again there."""
    statements = search_entry.SQLITE if empty_database == "sqlite" else search_entry.POSTGRESQL
    wanted = {name for each in statements for name in re.findall(r"^CREATE TRIGGER (\w+)", each)}
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if empty_database == "postgres":
        query = "SELECT trigger_name FROM information_schema.triggers"
    migrations.upgrade()
    with sa.create_engine(migrations.sync_url()).connect() as connection:
        assert wanted == set(connection.scalars(sa.text(query)))


def test_a_second_upgrade_finds_nothing_to_do(empty_database):
    assert migrations.is_behind()
    migrations.upgrade()
    assert not migrations.is_behind()
    assert migrations.upgrade() is None


def test_two_processes_that_start_at_once_do_not_clash(empty_database):
    environment = {**os.environ, "PYTHONPATH": str(migrations.ROOT)}
    command = [sys.executable, "-m", "ioverse_app.migrations"]
    both = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert not migrations.is_behind()


async def test_the_app_upgrades_at_its_start(configure):
    await migrations.ensure_current()
    assert not migrations.is_behind()


def test_the_first_upgrade_of_an_empty_file_takes_no_snapshot(tmp_path):
    assert migrations.upgrade() is None
    assert not (tmp_path / "data" / "backups").exists()


def test_what_was_there_before_a_migration_can_be_opened_again(tmp_path, monkeypatch):
    file = _database_with_a_user(tmp_path)
    _pretend_it_is_old(monkeypatch)
    snapshot = migrations.upgrade()
    assert snapshot.parent == tmp_path / "data" / "backups"
    assert snapshot.stat().st_mode & 0o077 == 0
    file.unlink()
    with sqlite3.connect(snapshot) as copy:
        assert copy.execute("SELECT username FROM user").fetchall() == [("Ann",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_only_the_newest_snapshots_are_kept(tmp_path, monkeypatch):
    _database_with_a_user(tmp_path)
    folder = tmp_path / "data" / "backups"
    folder.mkdir()
    for day in range(1, 8):
        (folder / f"ioverse-2020010{day}-000000-revision-0001.db").touch()
    _pretend_it_is_old(monkeypatch)
    newest = migrations.upgrade()
    kept = sorted(folder.iterdir())
    assert len(kept) == migrations.SNAPSHOTS_KEPT
    assert kept[-1] == newest


def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    file = _database_with_a_user(tmp_path)
    with sqlite3.connect(file) as connection:
        # At the beginning again, but the tables are there: the first CREATE TABLE fails.
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    monkeypatch.setattr(migrations, "revisions", lambda: ["0000", "0001"])
    before = file.read_bytes()
    with pytest.raises(MigrationFailed, match="nothing was"):
        migrations.upgrade()
    assert file.read_bytes() == before


def test_a_database_from_a_newer_version_is_left_alone(tmp_path):
    file = _database_with_a_user(tmp_path)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotReady, match="newer IOverse"):
        migrations.upgrade()


@pytest.mark.parametrize("address", ["mysql://here/db", "nonsense"])
def test_another_kind_of_database_is_refused_in_a_sentence(address, configure):
    configure(database_url=address)
    with pytest.raises(NotReady, match="DATABASE_URL should begin with"):
        migrations.is_behind()


def test_revisions_are_numbered_without_gaps():
    numbers = [int(revision) for revision in migrations.revisions()]
    assert numbers == list(range(1, len(numbers) + 1))


def _database_with_a_user(tmp_path):
    migrations.upgrade()
    file = tmp_path / "data" / "ioverse.db"
    with sqlite3.connect(file) as connection:
        # WAL, as the app has it: the row may be in the file beside.
        connection.execute("PRAGMA journal_mode=WAL")
        columns = [row[1] for row in connection.execute("PRAGMA table_info(user)") if row[3]]
        values = ["Ann" if column == "username" else "x" for column in columns]
        places = ",".join("?" * len(columns))
        connection.execute(f"INSERT INTO user ({','.join(columns)}) VALUES ({places})", values)
    return file


def _pretend_it_is_old(monkeypatch):
    """As if there were a newer revision than the one that the database is at."""
    newest = migrations.revisions()
    monkeypatch.setattr(migrations, "revisions", lambda: [*newest, "9999"])


def test_search_takes_up_what_was_there_and_can_be_taken_back(empty_database):
    config = Config(migrations.ROOT / "alembic.ini")
    command.upgrade(config, "0004")
    with sa.create_engine(migrations.sync_url()).begin() as connection:
        for table, values in OLD_ROWS.items():
            names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            connection.execute(sa.text(f'INSERT INTO "{table}" ({names}) VALUES ({marks})'), values)
    command.upgrade(config, "0005")
    with sa.create_engine(migrations.sync_url()).begin() as connection:
        waiting = connection.execute(sa.text("SELECT * FROM search_backlog ORDER BY kind")).all()
        assert [tuple(row) for row in waiting] == [("m", "message"), ("c", "title")]
        connection.execute(sa.text("DELETE FROM message"))
    command.downgrade(config, "0004")
    command.upgrade(config, "0005")


OLD = {"created_at": "2026-01-01 00:00:00+00:00", "updated_at": "2026-01-01 00:00:00+00:00"}
OLD_ROWS = {
    "user": OLD
    | dict.fromkeys(("id", "username", "username_folded", "email", "email_folded"), "u")
    | {"password_hash": "!", "role": "member"},
    "conversation": OLD
    | {"id": "c", "owner_id": "u", "title": "Old", "parameters": "{}"}
    | {"active_at": OLD["created_at"]},
    "message": OLD
    | {"id": "m", "conversation_id": "c", "role": "user", "content": "Words", "reasoning": ""}
    | {"status": "complete", "left_out": 0},
}


def test_whoever_administered_first_owns_the_workspace(empty_database):
    config = Config(migrations.ROOT / "alembic.ini")
    command.upgrade(config, "0010")
    people = (("late", "admin", "2026-03-01"), ("first", "admin", "2026-02-01"))
    people += (("old", "member", "2026-01-01"),)
    with sa.create_engine(migrations.sync_url()).begin() as connection:
        for name, role, day in people:
            row = OLD_ROWS["user"] | dict.fromkeys(("username_folded", "email_folded"), name)
            row |= {"id": name, "role": role, "created_at": f"{day} 00:00:00+00:00"}
            row |= {"preferences": "{}"}
            names, marks = ", ".join(row), ", ".join(f":{each}" for each in row)
            connection.execute(sa.text(f'INSERT INTO "user" ({names}) VALUES ({marks})'), row)
    command.upgrade(config, "0011")
    with sa.create_engine(migrations.sync_url()).connect() as connection:
        found = connection.execute(sa.text('SELECT id, role FROM "user" ORDER BY id')).all()
    assert [tuple(row) for row in found] == [
        ("first", "owner"),
        ("late", "admin"),
        ("old", "member"),
    ]
