"""What a person has here besides their chats, for the ZIP that they take along."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, storage
from ioverse_app.errors import NotFound
from ioverse_app.services import preferences, sessions, usage
from ioverse_app.services.devices import device_name
from ioverse_app.tables import ApiKey, Attachment, EntryStatus, LedgerEntry, Run, Share, User

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


async def add(user: User, target: Path) -> None:
    """Add profile, usage and files to a ZIP. It opens its own session."""
    async with db.reading() as session:
        texts = {
            "profile.json": await _profile(session, user),
            "usage.csv": await _usage(session, user),
        }
        mine = select(Attachment).where(Attachment.user_id == user.id)
        attachments = (await session.exec(mine.order_by(col(Attachment.id)))).all()
    await asyncio.to_thread(_add, target, texts)
    await asyncio.to_thread(_add_files, target, attachments)


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
