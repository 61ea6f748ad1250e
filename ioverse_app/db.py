"""The database: SQLite by default, PostgreSQL by DATABASE_URL, the same code for both."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.config import settings
from ioverse_app.errors import Unavailable

_WRITES = "ioverse_writes"
WRITER_SECONDS = 30.0


@functools.cache
def engine() -> AsyncEngine:
    """The engine of this process, made on first use."""
    return make_engine(settings().database)


def make_engine(url: str) -> AsyncEngine:
    """An engine with what its database needs to be safe and quick."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    made = create_async_engine(url, pool_size=10, max_overflow=0, pool_timeout=30)
    event.listen(made.sync_engine, "connect", _configure_sqlite)
    event.listen(made.sync_engine, "begin", _begin_sqlite)
    return made


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Readers that never wait for a writer, and foreign keys that hold."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock before the first read: a plain BEGIN loses read-then-write updates."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """A session that writes: committed at the end, rolled back when anything is raised.

    Not to be nested: SQLite has one writer at a time.
    """
    async with _turn():
        async with engine().execution_options(**{_WRITES: True}).connect() as connection:
            async with AsyncSession(connection, expire_on_commit=False) as session:
                async with session.begin():
                    yield session


@asynccontextmanager
async def reading() -> AsyncIterator[AsyncSession]:
    """A session that only reads, and never waits for a writer."""
    async with AsyncSession(engine(), expire_on_commit=False) as session:
        yield session


async def close() -> None:
    """Give the connections back, at the end of the process."""
    await engine().dispose()
    engine.cache_clear()
    _writer.cache_clear()


@functools.cache
def _writer() -> asyncio.Lock:
    return asyncio.Lock()


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    """SQLite's writers of this process wait here, first come first served.

    SQLite itself lets those who wait look again every now and then, up to 100 ms later: with 100
    writers at once the last one then came after 4 seconds instead of half a second.
    """
    if engine().dialect.name != "sqlite":
        yield
        return
    try:
        async with asyncio.timeout(WRITER_SECONDS):
            await _writer().acquire()
    except TimeoutError:
        raise Unavailable("The database is busy. Try again in a moment.") from None
    try:
        yield
    finally:
        _writer().release()
