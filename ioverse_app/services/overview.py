"""How the workspace is: people, answers, failures, storage, versions."""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import __version__, db
from ioverse_app.config import settings
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import Conversation, Run, Session, Share, User, now

DAY = timedelta(days=1)
ERRORS = 5

_started = time.monotonic()


@dataclass(frozen=True, slots=True)
class Failure:
    """A sentence that answers ended with: how often in a day, by which model, when last."""

    sentence: str
    model: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Storage:
    """Sizes in bytes."""

    database: int
    files: int
    backups: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The workspace at a glance. `runs` counts those of 24 hours by status."""

    people: int
    active: int
    blocked: int
    chats: int
    links: int
    runs: dict[str, int]
    failures: Sequence[Failure]
    storage: Storage
    versions: dict[str, str]
    up_seconds: int


async def read(actor: User) -> Overview:
    """Look at everything. It opens its own session."""
    access.check(actor, Action.ADMINISTER)
    yesterday = now() - DAY
    async with db.reading() as session:
        people, blocked = (
            await session.exec(select(func.count(), func.count(col(User.blocked_at))))
        ).one()
        visitors = select(func.count(func.distinct(col(Session.user_id))))
        active = await session.exec(visitors.where(col(Session.last_seen_at) > yesterday))
        kept = select(func.count()).where(~col(Conversation.temporary))
        expires = col(Share.expires_at)
        links = select(func.count()).where(
            col(Share.revoked_at).is_(None), expires.is_(None) | (expires > now())
        )
        by_status = select(col(Run.status), func.count()).where(col(Run.created_at) > yesterday)
        return Overview(
            people=people,
            active=active.one(),
            blocked=blocked,
            chats=(await session.exec(kept)).one(),
            links=(await session.exec(links)).one(),
            runs=dict((await session.exec(by_status.group_by(col(Run.status)))).all()),
            failures=await _failures(session, yesterday),
            storage=await _storage(session),
            versions=await _versions(session),
            up_seconds=int(time.monotonic() - _started),
        )


async def _failures(session: AsyncSession, since: datetime) -> list[Failure]:
    sentence, last = col(Run.error_message), func.max(col(Run.created_at))
    query = (
        select(sentence, Run.model, func.count(), last)
        .where(col(Run.created_at) > since, sentence.is_not(None))
        .group_by(sentence, col(Run.model))
        .order_by(last.desc())
        .limit(ERRORS)
    )
    rows = (await session.exec(query)).all()
    return [Failure(said or "", model, times, at) for said, model, times, at in rows]


async def _storage(session: AsyncSession) -> Storage:
    folder = settings().data_dir.resolve()
    if session.get_bind().dialect.name == "postgresql":
        database = await session.scalar(text("SELECT pg_database_size(current_database())"))
    else:
        database = await asyncio.to_thread(_bytes, folder.glob("ioverse.db*"))
    files = await asyncio.to_thread(_bytes, (folder / "files").rglob("*"))
    backups = await asyncio.to_thread(_bytes, (folder / "backups").glob("*"))
    return Storage(int(database or 0), files, backups)


def _bytes(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with suppress(OSError):  # it may be gone by now
            total += path.stat().st_size if path.is_file() else 0
    return total


async def _versions(session: AsyncSession) -> dict[str, str]:
    if session.get_bind().dialect.name == "postgresql":
        database = f"PostgreSQL {await session.scalar(text('SHOW server_version'))}"
    else:
        database = f"SQLite {await session.scalar(text('SELECT sqlite_version()'))}"
    return {
        "IOverse": __version__,
        "Reflex": version("reflex"),
        "Python": platform.python_version(),
        "Database": database,
        "System": platform.platform(terse=True),
    }
