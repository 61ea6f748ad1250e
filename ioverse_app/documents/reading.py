"""Reading a file in a process of its own, with limits of time and memory."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ioverse_app import children
from ioverse_app.documents.document import Document, Limits
from ioverse_app.documents.sentences import SENTENCES
from ioverse_app.errors import Invalid, Unavailable

logger = logging.getLogger(__name__)

SECONDS: Final = 40.0
AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 1) - 1))
WAITING: Final = 100
PROGRAM: Final = Path(__file__).with_name("reader.py")


async def read(source: Path, target: Path, name: str, limits: Limits) -> Document:
    """What the file `source` is and says; a picture is written anew to `target`.

    Raises Invalid, with a sentence that calls it by its `name`.
    """
    async with _place():
        said = await _said(source, target, name, limits)
    if "reason" in said:
        raise refused(said["reason"], name, **said["facts"])
    return Document(**said)


def refused(reason: str, name: str, **facts: str) -> Invalid:
    """The error to raise for one of the reasons in `sentences`."""
    return Invalid(SENTENCES[reason].format(name=name, **facts), code=reason)


async def _said(source: Path, target: Path, name: str, limits: Limits) -> dict[str, Any]:
    said = await children.run(
        sys.executable,
        "-I",
        str(PROGRAM),
        str(source),
        str(target),
        name,
        json.dumps(asdict(limits)),
        seconds=SECONDS,
        env={"PATH": os.defpath},  # it needs no keys
        hears=False,
    )
    if not said.is_whole:
        logger.info("The reader of a file ended with %s", said.code)
        return {"reason": "file_too_hard", "facts": {}}
    return json.loads(said.data)


_inside = 0


@asynccontextmanager
async def _place() -> AsyncIterator[None]:
    """Only a few files are read at once; the others wait, but not without end."""
    global _inside
    if _inside >= WAITING:
        raise Unavailable("Many files are being read just now. Try again in a moment.")
    _inside += 1
    try:
        async with children.turn("files", AT_ONCE):
            yield
    finally:
        _inside -= 1
