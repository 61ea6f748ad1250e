"""Chats from other programs: look a file through, bring its chats in, stop.

One transaction a chat, so that what is in stays in; what is there already is skipped, so that
the same file can be brought in again after anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import AppError, Conflict, Invalid, NotFound
from ioverse_app.importing import ImportedChat, Unreadable
from ioverse_app.importing.files import NO_CHATS, Trouble
from ioverse_app.services import access, audit
from ioverse_app.services.access import Action
from ioverse_app.services.import_files import (
    Report,
    batches,
    folder,
    forget,
    forget_old,
    is_kept,
    keep,
)
from ioverse_app.services.imported_chats import add, known, origin_of, take_files
from ioverse_app.services.notices import ManyChanged, tell
from ioverse_app.tables import ChatImport, ImportStatus, User, now

logger = logging.getLogger(__name__)

STALLED = timedelta(seconds=30)
KEPT = timedelta(hours=24)


async def look(user: User, name: str, path: Path) -> ChatImport:
    """Look a file through that lies in `folder()`, and keep it. Nothing comes in yet.

    Raises Invalid, and deletes the file, when there is nothing in it that can be read.
    """
    if not access.may(user, Action.IMPORT):
        await asyncio.to_thread(path.unlink, missing_ok=True)
    access.check(user, Action.IMPORT)
    report = Report()
    try:
        async for found in batches(path):
            chats = [one for one in found if isinstance(one, ImportedChat)]
            async with db.reading() as session:
                there = await known(session, user, chats)
            for one in found:
                if isinstance(one, Trouble):
                    report.complain(one)
                else:
                    report.add(one, origin_of(one) in there)
    except Unreadable as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise Invalid(str(error), code="import_unreadable") from error
    if not report.chats:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise Invalid(NO_CHATS, code="import_empty")
    row = ChatImport(
        user_id=user.id,
        name=name.replace("\x00", "")[-255:] or "chats",
        size=0,
        report=report.as_json(),
        total=report.chats,
    )
    row.size = await asyncio.to_thread(keep, path, row.id)
    async with db.transaction() as session:
        session.add(row)
    return row


async def run(user: User, import_id: str) -> ChatImport:
    """Begin to bring the chats in, or go on with it."""
    access.check(user, Action.IMPORT)
    async with db.transaction() as session:
        row = await get(session, user, import_id)
        if row.status == ImportStatus.RUNNING and not is_stalled(row):
            raise Conflict("These chats are being brought in already.", code="import_running")
        if not await asyncio.to_thread(is_kept, row.id):
            raise Conflict("The file is no longer here. Choose it again.", code="import_gone")
        row.status, row.problem = ImportStatus.RUNNING, ""
        row.done = row.added = row.skipped = 0
        await audit.note(session, user, "chats.imported", kind="import", id=row.id, chats=row.total)
    engine.current().beside(_bring_in(user, row.id), f"import {row.id}")
    return row


async def cancel(session: AsyncSession, user: User, import_id: str) -> ChatImport:
    """Stop. What has come in stays."""
    row = await get(session, user, import_id)
    if row.status == ImportStatus.RUNNING:
        row.status = ImportStatus.CANCELLED
    return row


async def get(session: AsyncSession, user: User, import_id: str) -> ChatImport:
    """The import with this id, if it is this user's."""
    query = ChatImport.visible_to(user).where(ChatImport.id == import_id)
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("This import is not there.")
    return row


async def newest(session: AsyncSession, user: User) -> ChatImport | None:
    """What this user brought last."""
    return (await session.exec(ChatImport.visible_to(user).limit(1))).first()


def is_stalled(row: ChatImport) -> bool:
    """Whether the process that brought it in is gone: run it again."""
    return row.status == ImportStatus.RUNNING and row.updated_at < now() - STALLED


async def purge() -> int:
    """Forget the files, and what became of them, after a day; how many there were."""
    async with db.transaction() as session:
        old = col(ChatImport.updated_at) < now() - KEPT
        ids = (await session.exec(select(ChatImport.id).where(old))).all()
        await session.exec(delete(ChatImport).where(old))
    await asyncio.to_thread(forget_old, KEPT.total_seconds(), ids)
    return len(ids)


async def _bring_in(user: User, import_id: str) -> None:
    status, problem = ImportStatus.DONE, ""
    try:
        async for found in batches(folder() / import_id):
            chats = [one for one in found if isinstance(one, ImportedChat)]
            if not await _take(user, import_id, chats):
                return
    except Unreadable as error:
        status, problem = ImportStatus.FAILED, str(error)
    except AppError as error:
        status, problem = ImportStatus.FAILED, error.message
    except Exception:
        logger.exception("Import %s failed", import_id)
        status, problem = ImportStatus.FAILED, "Something went wrong. What came in is kept."
    async with db.transaction() as session:
        if row := await session.get(ChatImport, import_id):
            row.status, row.problem = status, problem
    if status == ImportStatus.DONE:
        await asyncio.to_thread(forget, import_id)


async def _take(user: User, import_id: str, chats: Sequence[ImportedChat]) -> bool:
    """Bring these chats in, each by itself. False when it was cancelled."""
    added: list[str] = []
    for chat in chats:
        async with db.reading() as session:
            is_known = bool(await known(session, user, [chat]))
        files = {} if is_known else await take_files(user, chat)
        async with db.transaction() as session:
            row = await session.get(ChatImport, import_id)
            if row is None or row.status != ImportStatus.RUNNING:
                _tell(user, added)
                return False
            row.done += 1
            if is_known:
                row.skipped += 1
            else:
                added.append(await add(session, user, chat, files))
                row.added += 1
    _tell(user, added)
    return True


def _tell(user: User, added: Sequence[str]) -> None:
    if added:
        tell(user.id, ManyChanged(tuple(added)))
