"""Programs that do one thing in a process of their own, which ends with it or is ended."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Said:
    """What a program said. `code` is None if it took too long."""

    code: int | None
    data: bytes
    complaint: bytes

    @property
    def is_whole(self) -> bool:
        """Whether it ended well, and said something."""
        return self.code == 0 and bool(self.data)


async def run(
    *command: str,
    seconds: float,
    env: Mapping[str, str],
    given: bytes | None = None,
    cwd: Path | None = None,
    hears: bool = True,
) -> Said:
    """Run a program on what it is given, for at most so long. It has this environment only.

    Its complaints, which may be without end, are kept only where somebody `hears` them.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=env,
        stdin=asyncio.subprocess.DEVNULL if given is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if hears else asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us
    )
    try:
        async with asyncio.timeout(seconds):
            data, complaint = await process.communicate(given)
        return Said(process.returncode, data, complaint or b"")
    except TimeoutError:
        return Said(None, b"", b"It took too long.")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def turn(whose: str, at_once: int) -> asyncio.Semaphore:
    """A few of one kind run at once; the others wait. For this loop: only tests have several."""
    return _turns(asyncio.get_running_loop(), whose, at_once)


@functools.lru_cache(maxsize=16)
def _turns(_loop: asyncio.AbstractEventLoop, _whose: str, at_once: int) -> asyncio.Semaphore:
    return asyncio.Semaphore(at_once)
