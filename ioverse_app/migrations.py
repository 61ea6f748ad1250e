"""Bring the database to the tables of this version, with a snapshot of the SQLite file before.

Alembic is imported by `upgrade` only, which the app runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from ioverse_app.config import settings
from ioverse_app.errors import AppError
from ioverse_app.startup import NotReady, make_data_folder

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS_KEPT = 5

_CONNECT = {"sqlite": {"timeout": 30}, "postgresql": {"connect_timeout": 10}}

# Any number that nothing else in the same PostgreSQL database uses for an advisory lock.
_POSTGRES_LOCK = 0x10E5E


class MigrationFailed(NotReady):
    """The tables could not be changed; the database is as it was."""

    code = "migration_failed"


async def ensure_current() -> None:
    """Upgrade the database if it needs it: for the start of the app."""
    if not await asyncio.to_thread(is_behind):
        return
    upgrading = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await upgrading.communicate()
    if upgrading.returncode:
        raise MigrationFailed(said.decode(errors="replace").strip().rpartition("\n")[2])


def is_behind() -> bool:
    """Whether there is something to migrate. NotReady if the database is newer than the app."""
    make_data_folder()
    return _is_behind(_revision(_engine()))


def upgrade() -> Path | None:
    """Migrate to the newest revision; return the snapshot that was taken before, if any.

    Two processes that start at once do not clash: the second one waits, and finds nothing to do.
    """
    make_data_folder()
    engine = _engine()
    with _alone(engine):
        revision = _revision(engine)
        if not _is_behind(revision):
            return None
        snapshot = _snapshot(engine, revision) if revision else None
        _migrate(snapshot)
        return snapshot


def sync_url() -> str:
    """The address of the database for a driver that waits, as Alembic's does."""
    return settings().database.replace("sqlite+aiosqlite://", "sqlite://", 1)


def revisions() -> list[str]:
    """Every revision there is, oldest first: the numbers that the files begin with."""
    files = (ROOT / "alembic" / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _is_behind(revision: str | None) -> bool:
    known = revisions()
    if revision is not None and revision not in known:
        raise NotReady(
            f"The database was made by a newer IOverse (revision {revision}): install that version"
            " again, or put back the snapshot that it took before."
        )
    return bool(known) and revision != known[-1]


def _engine() -> Engine:
    try:
        kind = make_url(sync_url()).get_backend_name()
        if kind in _CONNECT:
            return create_engine(sync_url(), poolclass=NullPool, connect_args=_CONNECT[kind])
    except ArgumentError:
        pass
    raise NotReady("DATABASE_URL should begin with sqlite:/// or postgresql://.")


def _revision(engine: Engine) -> str | None:
    """The revision that the database is at; None when it is empty."""
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        reason = str(error.orig if isinstance(error, OperationalError) else error)
        raise NotReady(f"The database cannot be opened: {reason.partition(chr(10))[0]}.") from None


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold the database against every other process that would migrate it."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({_POSTGRES_LOCK})"))
            yield
    else:
        with (settings().data_dir / ".migration.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _migrate(snapshot: Path | None) -> None:
    from alembic.config import Config

    from alembic import command

    try:
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
    except Exception as error:
        kept = f" A snapshot is at {snapshot}." if snapshot else ""
        reason = str(error).partition("\n")[0]
        raise MigrationFailed(
            f"The tables could not be changed, so nothing was: {reason}.{kept}"
        ) from error


def _snapshot(engine: Engine, revision: str) -> Path | None:
    """Copy the SQLite file as it is now, and keep the newest few copies. PostgreSQL has pg_dump."""
    source = engine.url.database
    if engine.dialect.name != "sqlite" or not source:
        return None
    folder = settings().data_dir.resolve() / "backups"
    taken = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    snapshot = folder / f"ioverse-{taken}-revision-{revision}.db"
    unfinished = snapshot.with_suffix(".unfinished")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(unfinished)) as new:
            old.backup(new)
        unfinished.chmod(0o600)
        unfinished.replace(snapshot)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise MigrationFailed(
            f"No snapshot could be written to {folder}, so nothing was changed: {error}."
        ) from error
    for old_snapshot in sorted(folder.glob("ioverse-*.db"))[:-SNAPSHOTS_KEPT]:
        old_snapshot.unlink()
    return snapshot


def main() -> int:
    """Upgrade, and say what was done or why not."""
    try:
        snapshot = upgrade()
    except AppError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    if snapshot:
        sys.stdout.write(f"A snapshot of the database is at {snapshot}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
