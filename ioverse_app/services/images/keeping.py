"""Bytes that a provider sent become an image of ours: looked at, stored, and only then a row."""

from __future__ import annotations

import asyncio
import errno
import functools

from ioverse_app import db, storage
from ioverse_app.config import settings
from ioverse_app.documents import drawn
from ioverse_app.documents.document import Refusal
from ioverse_app.documents.drawn import Drawn
from ioverse_app.errors import Invalid, Unavailable
from ioverse_app.providers.errors import NotAnAnswer
from ioverse_app.tables import Image
from ioverse_app.words import words

MB = 1024 * 1024
AT_ONCE = 2
"""Images that are looked at at the same time: each may take some 200 MB for a moment."""

NO_ROOM = "There is no room for images on this server."


async def keep(image: Image, data: bytes) -> Image:
    """Store the bytes, the thumbnail and then the row of an image, in a transaction of its own.

    What it is by its pixels is filled in. NotAnAnswer says what is wrong with the bytes,
    Unavailable that the disk is full; then there is no row.
    """
    seen = await look(data)
    image.format, image.width, image.height = seen.format, seen.width, seen.height
    image.size, image.blurred = len(data), seen.blurred
    image.words = searched(image.prompt, image.revised_prompt)
    try:
        image.stored = await storage.put(data)
        image.thumbnail = await storage.put(seen.thumbnail)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(NO_ROOM, code="disk_full") from None
        raise
    async with db.transaction() as session:
        session.add(image)
    return image


async def look(data: bytes) -> Drawn:
    """What the bytes of an image are. NotAnAnswer if they are none, or too many."""
    most = settings().image_max_mb
    if len(data) > most * MB:
        raise NotAnAnswer(
            f"The provider sent an image that is larger than {most:g} MB.", code="image_too_large"
        )
    try:
        async with _places(asyncio.get_running_loop()):
            return await asyncio.to_thread(drawn.look, data)
    except Refusal as refusal:
        sentence = drawn.SENTENCES[refusal.reason].format(**refusal.facts)
        raise NotAnAnswer(sentence, code=refusal.reason) from None


async def preview(data: bytes) -> str | None:
    """A small picture of one that is not done yet, if it is one."""
    try:
        async with _places(asyncio.get_running_loop()):
            return await asyncio.to_thread(drawn.preview, data)
    except Refusal:
        return None


async def given(data: bytes, *, mask: bool = False) -> bytes:
    """A picture that a person gave to be edited, or its mask, as PNG. Invalid if it is none."""
    what = "mask" if mask else "image"
    if len(data) > settings().image_max_mb * MB:
        raise _unfit(what, f"This {what} is larger than {settings().image_max_mb:g} MB.")
    try:
        async with _places(asyncio.get_running_loop()):
            return await asyncio.to_thread(drawn.plain_png, data, alpha=mask)
    except Refusal:
        raise _unfit(what, f"This {what} is no PNG, JPEG, WebP or GIF, or is damaged.") from None


def searched(*texts: str | None) -> str:
    """The words of these texts, each with a space before and behind it."""
    return f" {' '.join(words(' '.join(text for text in texts if text)))} "


def _unfit(field: str, sentence: str) -> Invalid:
    fields = [{"field": field, "message": sentence}]
    return Invalid(sentence, code="image_request_invalid", fields=fields)


@functools.cache
def _places(_loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(AT_ONCE)
