"""Everything that a person has here, as one ZIP: chats as JSON, files, profile, usage."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
import time
import zipfile
from collections.abc import Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, storage
from ioverse_app.config import settings
from ioverse_app.engine import engine
from ioverse_app.errors import AppError, Conflict, Gone, NotFound
from ioverse_app.services import exports, preferences, sessions, usage
from ioverse_app.services.devices import device_name
from ioverse_app.services.exports.archive import archive
from ioverse_app.tables import (
    ApiKey,
    Attachment,
    Conversation,
    DataExport,
    EntryStatus,
    ExportStatus,
    LedgerEntry,
    Run,
    Share,
    User,
    now,
)

logger = logging.getLogger(__name__)

LASTS = timedelta(hours=24)
STALLED = timedelta(seconds=60)
NOTED_EVERY = 0.5
"""Seconds between two notes of how far it is."""

_USAGE = (
    "created_at",
    "provider",
    "model",
    "kind",
    "paid_by",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "images",
    "cost",
)
_GONE = "This file is no longer there. Ask for a new one."


async def start(user: User) -> DataExport:
    """Begin to put everything together, in place of what was there."""
    async with db.transaction() as session:
        found = await newest(session, user)
        if found is not None and is_running(found):
            raise Conflict("It is being put together already.", code="export_running")
        query = Conversation.kept_by(user).where(col(Conversation.deleted_at).is_(None))
        ids = [chat.id for chat in (await session.exec(query)).all()]
        old = (await session.exec(DataExport.visible_to(user))).all()
        for one in old:
            await session.delete(one)
        row = DataExport(user_id=user.id, total=len(ids), expires_at=now() + LASTS)
        session.add(row)
    await asyncio.to_thread(_forget, [one.id for one in old])
    engine.current().beside(_put_together(user, row.id, list(ids)), f"export {row.id}")
    return row


async def newest(session: AsyncSession, user: User) -> DataExport | None:
    """What this user asked for last."""
    return (await session.exec(DataExport.visible_to(user).limit(1))).first()


async def file(session: AsyncSession, user: User, export_id: str) -> Path:
    """The ZIP. Gone when its day is over; NotFound if it is not this user's, or not done."""
    query = DataExport.visible_to(user).where(DataExport.id == export_id)
    row = (await session.exec(query)).first()
    if row is None or row.status != ExportStatus.DONE:
        raise NotFound(_GONE, code="export_not_found")
    path = path_of(row.id)
    if row.expires_at <= now() or not await asyncio.to_thread(path.is_file):
        raise Gone(_GONE, code="export_gone")
    return path


def is_running(row: DataExport) -> bool:
    """Whether it is still being put together. A process that has died writes no more of it."""
    return row.status == ExportStatus.RUNNING and row.updated_at > now() - STALLED


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


async def _put_together(user: User, export_id: str, ids: Sequence[str]) -> None:
    unfinished = path_of(export_id).with_suffix(".part")
    values: dict[str, Any] = {"status": ExportStatus.FAILED}
    try:
        await _write(user, export_id, ids, unfinished)
        size = await asyncio.to_thread(lambda: unfinished.stat().st_size)
        await asyncio.to_thread(unfinished.replace, path_of(export_id))
        values = {
            "status": ExportStatus.DONE,
            "size": size,
            "done": len(ids),
            "expires_at": now() + LASTS,
        }
    except (AppError, OSError, zipfile.BadZipFile):
        logger.exception("The data of a person could not be put together")
    finally:
        await asyncio.to_thread(unfinished.unlink, missing_ok=True)
    await _note(export_id, **values)


async def _write(user: User, export_id: str, ids: Sequence[str], target: Path) -> None:
    await asyncio.to_thread(_make_room, target)
    noted = time.monotonic()
    async with aclosing(archive(user, ids, exports.Format.JSON, target)) as written:
        async for progress in written:
            if time.monotonic() - noted > NOTED_EVERY:
                noted = time.monotonic()
                await _note(export_id, done=progress.done, failed=len(progress.failed))
    async with db.reading() as session:
        texts = {
            "profile.json": await _profile(session, user),
            "usage.csv": await _usage(session, user),
        }
        mine = select(Attachment).where(Attachment.user_id == user.id)
        attachments = (await session.exec(mine.order_by(col(Attachment.id)))).all()
    await asyncio.to_thread(_add, target, texts)
    await asyncio.to_thread(_add_files, target, attachments)


async def _note(export_id: str, **values: Any) -> None:
    async with db.transaction() as session:
        if row := await session.get(DataExport, export_id):
            row.sqlmodel_update(values | {"updated_at": now()})


async def _profile(session: AsyncSession, user: User) -> str:
    """What is known of the person besides their chats. Keys and passwords are not among it."""
    keys = (await session.exec(ApiKey.visible_to(user))).all()
    shares = (await session.exec(Share.visible_to(user))).all()
    known = {
        "user_id": user.id,
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "created_at": user.created_at,
        "preferences": preferences.of(user),
        "sessions": [
            {
                "device": device_name(one.user_agent),
                "ip_address": one.ip_address,
                "created_at": one.created_at,
                "last_seen_at": one.last_seen_at,
            }
            for one in await sessions.of(session, user)
        ],
        "api_keys": [_of(one, "name", "scopes", "created_at", "last_used_at") for one in keys],
        "share_links": [
            _of(one, "label", "conversation_id", "created_at", "expires_at", "views")
            for one in shares
        ],
    }
    return json.dumps(known, ensure_ascii=False, indent=2, default=_plain) + "\n"


async def _usage(session: AsyncSession, user: User) -> str:
    """All that was used, as the ledger has it, as CSV; `cost` is in micro-dollars.

    What was reserved and given back was not used.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("conversation_id", *_USAGE))
    columns = [getattr(LedgerEntry, name) for name in _USAGE]
    query = select(col(Run.conversation_id), *columns).select_from(LedgerEntry)
    query = query.outerjoin(Run, col(Run.id) == col(LedgerEntry.run_id))
    query = query.where(
        LedgerEntry.user_id == user.id, LedgerEntry.status == EntryStatus.SETTLED
    ).order_by(col(LedgerEntry.id))
    for line in (await session.execute(query)).all():
        table.writerow([_cell(value) for value in line])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return _plain(value)
    return usage.safe_cell(value) if isinstance(value, str) else value


def _of(row: SQLModel, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _add(target: Path, texts: dict[str, str]) -> None:
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in texts.items():
            zipped.writestr(name, text)


def _add_files(target: Path, attachments: Sequence[Attachment]) -> None:
    """Each file once for each place that it was attached in, under a name that is new."""
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as zipped:
        for one in attachments:
            name = one.name.replace("/", "_").replace("\\", "_").strip(". ") or "file"
            with suppress(FileNotFoundError, NotFound):
                zipped.write(storage.path_of(one.stored), f"attachments/{one.id[-8:]} {name}")


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
