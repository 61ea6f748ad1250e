"""How many answers may be in progress at once: for one person, and for everybody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ioverse_app.errors import TooMany


class Slots:
    """A fair queue: first come first served, but nobody waits behind somebody else's limit."""

    def __init__(self, per_user: int, in_all: int, queue: int = 1000) -> None:
        self._per_user = per_user
        self._in_all = in_all
        self._queue = queue
        self._held: Counter[str] = Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    def allow(self, per_user: int, in_all: int) -> None:
        """Let so many be in progress from now on. What is in progress goes on."""
        self._per_user, self._in_all = per_user, in_all
        self._admit()

    def check(self, user_id: str) -> None:
        """Raise when not even the queue has room for this person."""
        theirs = sum(1 for waiting, _ in self._waiting if waiting == user_id)
        if theirs >= 4 * self._per_user or len(self._waiting) >= self._queue:
            raise TooMany(
                "Too many answers are waiting already. Let some of them finish, then send again.",
                retry_after=5,
            )

    @asynccontextmanager
    async def hold(self, user_id: str) -> AsyncIterator[None]:
        """Wait for a slot, and have it until the block ends."""
        if self._waiting or not self._has_room(user_id):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append((user_id, turn))
            self._admit()
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._leave(user_id)
                else:
                    self._waiting.remove((user_id, turn))
                raise
        else:
            self._held[user_id] += 1
        try:
            yield
        finally:
            self._leave(user_id)

    def _has_room(self, user_id: str) -> bool:
        return self._held.total() < self._in_all and self._held[user_id] < self._per_user

    def _leave(self, user_id: str) -> None:
        self._held[user_id] -= 1
        if not self._held[user_id]:
            del self._held[user_id]
        self._admit()

    def _admit(self) -> None:
        for waiting in list(self._waiting):
            user_id, turn = waiting
            if self._has_room(user_id):
                self._waiting.remove(waiting)
                self._held[user_id] += 1
                turn.set_result(None)
