"""The bytes of what was attached."""

from __future__ import annotations

from contextlib import suppress

from ioverse_app import storage
from ioverse_app.errors import NotFound
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
        with suppress(NotFound):
            found[attachment.stored] = await storage.read(attachment.stored)
            left -= len(found[attachment.stored])
    return found
