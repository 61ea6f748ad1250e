"""The bytes of what was attached."""

from __future__ import annotations

import asyncio
import re

from ioverse_app.config import settings
from ioverse_app.services.exports.snapshot import Exported

MOST = 50_000_000
"""Bytes of all attachments in one file; the rest is named only."""


async def bytes_of(exported: Exported, *, only_pictures: bool = False) -> dict[str, bytes]:
    """By their key in the storage, those that are there, until there is too much of it."""
    found: dict[str, bytes] = {}
    left = MOST
    for attachment in (each for said in exported.said for each in said.attachments):
        is_wanted = attachment.media_type.startswith("image/") or not only_pictures
        if not is_wanted or attachment.stored in found or attachment.size > left:
            continue
        if data := await asyncio.to_thread(_read, attachment.stored):
            found[attachment.stored] = data
            left -= len(data)
    return found


def _read(key: str) -> bytes:
    """The file with this key, or nothing if it is not there any more."""
    if not re.fullmatch("[0-9a-f]{64}", key):
        return b""
    try:
        return (settings().data_dir / "files" / key[:2] / key[2:]).read_bytes()
    except OSError:
        return b""
