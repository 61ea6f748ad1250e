"""A process that is started when it is needed, one start at a time, and never outlives us."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ioverse_app.providers.embedded_child import Start, Started
from ioverse_app.providers.errors import ProviderDown, TimedOut
from ioverse_app.providers.weights import Weights

PROGRAM = Path(__file__).with_name("embedded_child.py")
START_SECONDS = 120.0
STOP_SECONDS = 3.0

PROBLEMS = {
    "library": (
        "The model on this computer needs the system library libgomp. Install it "
        "(on Debian and Ubuntu: apt install libgomp1), then send again."
    ),
    "package": (
        "The model on this computer needs the package xllamacpp. Install it with: "
        "pip install -r requirements-model.txt"
    ),
    "model": "The model file cannot be loaded. Check EMBEDDED_MODEL in the settings.",
}
DID_NOT_START = "The model on this computer did not start. Send again, or choose another model."
TOO_SLOW = "The model on this computer takes too long to start. Choose a smaller one."


@dataclass(frozen=True, slots=True)
class Child:
    """A running child, where it listens, and the key that it asks for."""

    process: asyncio.subprocess.Process
    address: str
    key: str

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return self.process.returncode is None

    async def stop(self) -> None:
        """End it: closing its standard input is the request, then it is killed."""
        await _stop(self.process)


class Children:
    """The one child that there may be at a time."""

    def __init__(self, start: Callable[[], Awaitable[Child]]) -> None:
        self._start = start
        self._starting: asyncio.Task[Child] | None = None
        self._child: Child | None = None

    async def ready(self) -> Child:
        """The child, started if there is none. Who gives up waiting does not stop the start."""
        if self._child and self._child.lives:
            return self._child
        if self._starting is None:
            self._starting = asyncio.create_task(self._begin())
            self._starting.add_done_callback(_heard)
        return await asyncio.shield(self._starting)

    async def discard(self, child: Child) -> None:
        """Stop this child, so that the next one who asks gets a new one."""
        if self._child is child:
            self._child = None
        await child.stop()

    async def close(self) -> None:
        """Stop whatever runs or starts."""
        if self._starting:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        if self._child:
            await self.discard(self._child)

    async def _begin(self) -> Child:
        try:
            self._child = await self._start()
            return self._child
        finally:
            self._starting = None


def _heard(task: asyncio.Task[Child]) -> None:
    """Nobody may be left who waits for this start; its failure is then nobody's."""
    if not task.cancelled():
        task.exception()


async def start(weights: Weights, slots: int) -> Child:
    """Start the child on these weights; raises ProviderError with what to do."""
    await weights.verify()
    key = secrets.token_urlsafe(24)
    told = Start(
        model=str(weights.path.resolve()),
        name=weights.name,
        key=key,
        context=weights.context,
        slots=slots,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Waiting threads that spin would take the cores from the web process, and from each other.
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        start_new_session=True,  # Ctrl-C is for us; the child ends when we say so
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            started = await _told(process, told)
        return Child(process, _address(started), key)
    except TimeoutError as cause:
        await _stop(process)
        raise TimedOut(TOO_SLOW) from cause
    except BaseException:
        await _stop(process)
        raise


async def _told(process: asyncio.subprocess.Process, told: Start) -> Started:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(told).encode() + b"\n")
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return Started()
    line = await process.stdout.readline()
    return json.loads(line) if line else Started()


def _address(started: Started) -> str:
    if address := started.get("address"):
        return address
    raise ProviderDown(PROBLEMS.get(started.get("problem", ""), DID_NOT_START))


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
