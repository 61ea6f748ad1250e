"""From the threads of the clock to the loop of the app, where everything is done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any


class Hands:
    """What takes work from a thread to the loop, until the app ends."""

    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        self._at_work: set[Future[int]] = set()

    def give(self, work: Coroutine[Any, Any, int]) -> int:
        """Have this done in the loop, and wait for it in the thread that asks."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        self._at_work.add(future)
        future.add_done_callback(self._at_work.discard)
        return future.result()

    def let_go(self) -> None:
        """Stop what is being done: the app ends."""
        for future in list(self._at_work):
            future.cancel()
