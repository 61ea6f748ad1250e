"""Topics: publish what happened, follow what happens. In memory, within one process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from typing import Final

BACKLOG: Final = 1000


class Lagged:
    """A follower was too slow, and what it missed is gone: it should load what it shows again."""


class Subscription:
    """What one follower has not yet read of a topic."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[object] = asyncio.Queue(BACKLOG)

    def offer(self, event: object) -> None:
        """Hand over an event, or `Lagged` in place of all when there are too many."""
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            event = Lagged()
        self._queue.put_nowait(event)

    async def next(self) -> object:
        """The next event, as soon as there is one."""
        return await self._queue.get()

    def waiting(self) -> Iterator[object]:
        """What has come and was not read yet, without waiting for more."""
        while not self._queue.empty():
            yield self._queue.get_nowait()

    async def __aiter__(self) -> AsyncIterator[object]:
        while True:
            yield await self._queue.get()


_topics: defaultdict[str, set[Subscription]] = defaultdict(set)


def publish(topic: str, event: object) -> None:
    """Tell everybody who follows this topic now."""
    for subscription in _topics.get(topic, ()):
        subscription.offer(event)


def subscribe(topic: str) -> Subscription:
    """Follow a topic for as long as the process lives."""
    subscription = Subscription()
    _topics[topic].add(subscription)
    return subscription


@contextmanager
def following(topic: str) -> Generator[Subscription]:
    """Follow a topic within the block; nothing published in it is missed."""
    subscription = subscribe(topic)
    try:
        yield subscription
    finally:
        _topics[topic].discard(subscription)
        if not _topics[topic]:
            del _topics[topic]
