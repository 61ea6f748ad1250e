"""Mail that is sent beside an answer: nobody waits for it, or learns from how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

_under_way: set[asyncio.Task[None]] = set()


def later(work: Coroutine[Any, Any, None]) -> None:
    """Have this done without anybody waiting for it."""
    task = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def settled() -> None:
    """Wait until all of it is done."""
    await asyncio.gather(*_under_way)
