"""The process that writes a document: started for one file, and ended if it takes too long."""

from __future__ import annotations

import logging
import os
import pickle
import sys
from pathlib import Path
from typing import Final

import ioverse_app
from ioverse_app import children
from ioverse_app.errors import Unavailable
from ioverse_app.rendering.transcript import Transcript

SECONDS: Final = 120.0
AT_ONCE: Final = 2

_ROOT = Path(ioverse_app.__file__).resolve().parents[1]
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
_FAILED = "This chat could not be written as {}. Try another format; Markdown and JSON always work."
_log = logging.getLogger(__name__)


async def write(transcript: Transcript, kind: str) -> bytes:
    """The document. Raises Unavailable, with what to do, if it cannot be written."""
    async with children.turn("documents", AT_ONCE):
        said = await children.run(
            sys.executable,
            "-m",
            "ioverse_app.rendering.child",
            kind,
            str(_ROOT / ".web" / "node_modules"),
            seconds=SECONDS,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            given=pickle.dumps(transcript),
            cwd=_ROOT,
        )
    if not said.is_whole:
        _log.error("writing %s failed: %s", kind, said.complaint.decode(errors="replace")[-2000:])
        raise Unavailable(_FAILED.format(kind.upper()), code="export_failed")
    return said.data
