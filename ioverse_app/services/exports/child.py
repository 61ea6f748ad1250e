"""The process that writes a document: started for one file, and ended if it takes too long."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from pathlib import Path
from typing import Final

import ioverse_app
from ioverse_app.errors import Unavailable
from ioverse_app.rendering.transcript import Transcript

SECONDS: Final = 120.0
AT_ONCE: Final = 2

_ROOT = Path(ioverse_app.__file__).resolve().parents[1]
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
_FAILED = "This chat could not be written as {}. Try another format; Markdown and JSON always work."
_log = logging.getLogger(__name__)
_turns: asyncio.Semaphore | None = None
_turns_of: asyncio.AbstractEventLoop | None = None


async def write(transcript: Transcript, kind: str) -> bytes:
    """The document. Raises Unavailable, with what to do, if it cannot be written."""
    async with _turn():
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ioverse_app.rendering.child",
            kind,
            str(_ROOT / ".web" / "node_modules"),
            cwd=_ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us
        )
        try:
            async with asyncio.timeout(SECONDS):
                data, said = await process.communicate(pickle.dumps(transcript))
        except TimeoutError:
            raise Unavailable(_FAILED.format(kind.upper()), code="export_failed") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode or not data:
        _log.error("writing %s failed: %s", kind, said.decode(errors="replace")[-2000:])
        raise Unavailable(_FAILED.format(kind.upper()), code="export_failed")
    return data


def _turn() -> asyncio.Semaphore:
    """A few at once; the others wait. One for each loop, of which only tests have several."""
    global _turns, _turns_of
    loop = asyncio.get_running_loop()
    if _turns is None or _turns_of is not loop:
        _turns, _turns_of = asyncio.Semaphore(AT_ONCE), loop
    return _turns
