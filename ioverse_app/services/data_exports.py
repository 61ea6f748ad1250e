"""ZIPs that are put together beside: everything that a person has here, or the chats they chose.

There is at most one of each kind for a person. Its row goes when it is no longer wanted, also
before it is done: whoever writes it notices, and stops.
"""

from __future__ import annotations

import asyncio
import logging
import time
import zipfile
from collections.abc import Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.config import settings
from ioverse_app.engine import engine
from ioverse_app.errors import AppError, Conflict, Gone, NotFound
from ioverse_app.services import access, audit, belongings, conversations, exports
from ioverse_app.services.access import Action
from ioverse_app.services.exports.archive import Progress, archive
from ioverse_app.tables import Conversation, DataExport, ExportStatus, User, now

logger = logging.getLogger(__name__)

LASTS = timedelta(hours=24)
STALLED = timedelta(seconds=60)
NOTED_EVERY = 0.5
"""Seconds between two notes of how far it is."""

EVERYTHING = ""
"""In place of a format: every chat as JSON, and what the person has besides."""

_GONE = "This file is no longer there. Ask for a new one."
_BUSY = "It is being put together already."
_STALLED = "It stopped in the middle. What you have here is unharmed; ask for it again."
_FAILED = "It could not be put together. Please try again."
_NONE = "None of these chats could be written as {}. Markdown and JSON always work."


class _Unwanted(Exception):
    """Nobody waits for it any more."""


async def start(user: User) -> DataExport:
    """Begin to put everything together, in place of what was there."""
    async with db.transaction() as session:
        query = Conversation.kept_by(user).where(col(Conversation.deleted_at).is_(None))
        ids = [chat.id for chat in (await session.exec(query)).all()]
        row, old = await _replace(session, user, EVERYTHING, len(ids))
    return await _begin(user, row, ids, old)


async def start_chosen(
    user: User, conversation_ids: Sequence[str], format: exports.Format
) -> DataExport:
    """Begin to write these chats in a format, in place of those that were written before.

    Those that are not there are left out. Raises NotFound when none is, Conflict while others
    are being written, Invalid for too many.
    """
    access.check(user, Action.EXPORT)
    async with db.transaction() as session:
        found = await conversations.find(session, user, conversation_ids)
        if not found:
            raise NotFound(conversations.NOT_FOUND)
        row, old = await _replace(session, user, format, len(found))
        await audit.note(session, user, "chats.exported", format=format.value, chats=len(found))
    return await _begin(user, row, [chat.id for chat in found], old)


async def newest(session: AsyncSession, user: User, *, chosen: bool = False) -> DataExport | None:
    """What this user asked for last: everything or, with `chosen`, the chats that they chose."""
    return (await session.exec(DataExport.visible_to(user).where(_kind(chosen)).limit(1))).first()


async def get(
    session: AsyncSession, user: User, export_id: str, *, chosen: bool = False
) -> DataExport:
    """One that this user asked for."""
    query = DataExport.visible_to(user).where(DataExport.id == export_id, _kind(chosen))
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound(_GONE, code="export_not_found")
    return row


async def file(session: AsyncSession, user: User, export_id: str, *, chosen: bool = False) -> Path:
    """The ZIP. Gone when its day is over; NotFound if it is not this user's, or not done."""
    row = await get(session, user, export_id, chosen=chosen)
    if row.status != ExportStatus.DONE:
        raise NotFound(_GONE, code="export_not_found")
    path = path_of(row.id)
    if row.expires_at <= now() or not await asyncio.to_thread(path.is_file):
        raise Gone(_GONE, code="export_gone")
    return path


async def discard(user: User, export_id: str) -> None:
    """Stop writing these chosen chats, or delete the file that they are in."""
    async with db.transaction() as session:
        await session.delete(await get(session, user, export_id, chosen=True))
    await asyncio.to_thread(_forget, [export_id])


def status_of(row: DataExport) -> ExportStatus:
    """How it stands. A process that has died writes no more of it."""
    stalled = row.status == ExportStatus.RUNNING and row.updated_at <= now() - STALLED
    return ExportStatus.FAILED if stalled else ExportStatus(row.status)


def problem_of(row: DataExport) -> str:
    """Why there is no file, and what to do; empty unless it failed."""
    if status_of(row) != ExportStatus.FAILED:
        return ""
    if row.status == ExportStatus.RUNNING:
        return _STALLED
    if row.format != EVERYTHING and row.failed == row.total:
        return _NONE.format(exports.Format(row.format).label)
    return _FAILED


def path_of(export_id: str) -> Path:
    """Where the ZIP is, or will be."""
    return _folder() / f"{export_id}.zip"


async def forget_all(user: User) -> None:
    """Delete what this user asked for."""
    async with db.transaction() as session:
        theirs = delete(DataExport).where(col(DataExport.user_id) == user.id)
        ids = (await session.execute(theirs.returning(col(DataExport.id)))).scalars().all()
    await asyncio.to_thread(_forget, ids)


async def purge() -> int:
    """Delete the files whose day is over; how many."""
    async with db.transaction() as session:
        old = delete(DataExport).where(col(DataExport.expires_at) < now())
        ids = (await session.execute(old.returning(col(DataExport.id)))).scalars().all()
    await asyncio.to_thread(_forget, ids)
    await asyncio.to_thread(_forget_old)
    return len(ids)


def _kind(chosen: bool) -> ColumnElement[bool]:
    return (col(DataExport.format) != EVERYTHING) == chosen


async def _replace(
    session: AsyncSession, user: User, format: str, total: int
) -> tuple[DataExport, list[str]]:
    """A new row, and the ids of those that it takes the place of."""
    query = DataExport.visible_to(user).where(_kind(format != EVERYTHING))
    old = (await session.exec(query)).all()
    if any(status_of(one) == ExportStatus.RUNNING for one in old):
        raise Conflict(_BUSY, code="export_running")
    for one in old:
        await session.delete(one)
    row = DataExport(user_id=user.id, format=format, total=total, expires_at=now() + LASTS)
    session.add(row)
    return row, [one.id for one in old]


async def _begin(user: User, row: DataExport, ids: Sequence[str], old: Sequence[str]) -> DataExport:
    await asyncio.to_thread(_forget, old)
    engine.current().beside(_put_together(user, row, ids), f"export {row.id}")
    return row


async def _put_together(user: User, row: DataExport, ids: Sequence[str]) -> None:
    unfinished, finished = path_of(row.id).with_suffix(".part"), path_of(row.id)
    work = _Work(user, row.format, ids, unfinished)
    writing = asyncio.create_task(work.write())
    values: dict[str, Any] = {"status": ExportStatus.FAILED}
    try:
        while not (await asyncio.wait({writing}, timeout=NOTED_EVERY))[0]:
            work.wanted = await _note(row.id, **work.counts)
        await writing
        if work.is_of_use:
            size = await asyncio.to_thread(lambda: unfinished.stat().st_size)
            await asyncio.to_thread(unfinished.replace, finished)
            values = {"status": ExportStatus.DONE, "size": size, "expires_at": now() + LASTS}
    except _Unwanted:
        return
    except (AppError, OSError, zipfile.BadZipFile):
        logger.exception("What a person asked for could not be put together")
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await asyncio.to_thread(unfinished.unlink, missing_ok=True)
    if not await _note(row.id, **work.counts, **values):
        await asyncio.to_thread(_forget, [row.id])


class _Work:
    """A ZIP that is being written, and how far it is. It stops when it is not `wanted`."""

    def __init__(self, user: User, format: str, ids: Sequence[str], target: Path) -> None:
        self.wanted = True
        self._user, self._ids, self._target = user, ids, target
        self._everything = format == EVERYTHING
        self._format = exports.Format.JSON if self._everything else exports.Format(format)
        self._progress = Progress(0, len(ids))

    @property
    def counts(self) -> dict[str, int]:
        """How many chats are done, and how many of them could not be written."""
        return {"done": self._progress.done, "failed": len(self._progress.failed)}

    @property
    def is_of_use(self) -> bool:
        """Whether there is anything in it."""
        return self._everything or len(self._progress.failed) < len(self._ids)

    async def write(self) -> None:
        """Write it. Raises _Unwanted as soon as it may stop."""
        await asyncio.to_thread(_make_room, self._target)
        written = archive(self._user, self._ids, self._format, self._target)
        async with aclosing(written):
            async for self._progress in written:
                if not self.wanted:
                    raise _Unwanted
        if self._everything:
            await belongings.add(self._user, self._target)


async def _note(export_id: str, **values: Any) -> bool:
    """Note how far it is; False when it is no longer wanted."""
    query = update(DataExport).where(col(DataExport.id) == export_id)
    async with db.transaction() as session:
        noted = await session.execute(
            query.values(**values, updated_at=now()).returning(col(DataExport.id))
        )
        return noted.first() is not None


def _folder() -> Path:
    return settings().data_dir.resolve() / "exports"


def _make_room(target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _forget(ids: Sequence[str]) -> None:
    for export_id in ids:
        path_of(export_id).unlink(missing_ok=True)


def _forget_old() -> None:
    """What a process left that died while it wrote."""
    if not _folder().is_dir():
        return
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - 2 * LASTS.total_seconds():
                path.unlink()
