"""The log of one run: append-only, numbered, read by any number of followers while it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from ioverse_app.engine.events import Ended, Entry, LogEvent
from ioverse_app.providers.events import ReasoningDelta, TextDelta, TranslationDelta

Delta = TextDelta | ReasoningDelta | TranslationDelta
Sink = Callable[[str, Sequence[Entry]], None]

GATHER_SECONDS = 0.075
"""How long deltas are gathered into one entry. The first one of a run is never held back."""


class RunLog:
    """The growing log of a run that this process produces.

    Deltas are gathered for a moment and then become one entry, which goes to the followers and
    to `sink` (which stores it) at the same time, so that both see the same numbers.
    """

    def __init__(self, run_id: str, sink: Sink, *, gather_seconds: float = GATHER_SECONDS) -> None:
        self.run_id = run_id
        self.entries: list[Entry] = []
        self._sink = sink
        self._gather_seconds = gather_seconds
        self._loop = asyncio.get_running_loop()
        self._gathered: list[str] = []
        self._gathering: type[Delta] = TextDelta
        self._due: asyncio.TimerHandle | None = None
        self._published_at = -gather_seconds
        self._grown = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether the last entry has been written."""
        return bool(self.entries) and isinstance(self.entries[-1].event, Ended)

    def append(self, event: LogEvent) -> None:
        """Add what happened. Deltas may be joined with their neighbours of the same kind."""
        if isinstance(event, Delta):
            self._gather(event)
        else:
            self.publish()
            self._write(event)

    def publish(self) -> None:
        """Make an entry of what has been gathered, now."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._gathered:
            text = "".join(self._gathered)
            self._gathered.clear()
            self._published_at = self._loop.time()
            self._write(self._gathering(text))

    def end(self, ended: Ended) -> None:
        """Tell the followers that the run is over. Its end has been stored by then."""
        self._show(Entry(len(self.entries) + 1, ended))

    async def batches(self, after: int = 0) -> AsyncGenerator[list[Entry], None]:
        """Every entry behind number `after`, what is there in one piece, then what comes."""
        while True:
            grown = self._grown
            if after < len(self.entries):
                batch = self.entries[after:]
                after += len(batch)
                yield batch
            elif self.is_over:
                return
            else:
                await grown.wait()

    async def follow(self, after: int = 0) -> AsyncGenerator[Entry, None]:
        """Every entry behind number `after`, one by one, to the end."""
        async for batch in self.batches(after):
            for entry in batch:
                yield entry

    def _gather(self, event: Delta) -> None:
        if type(event) is not self._gathering:
            self.publish()
            self._gathering = type(event)
        self._gathered.append(event.text)
        if self._due is None:
            wait = self._published_at + self._gather_seconds - self._loop.time()
            if wait <= 0:
                self.publish()
            else:
                self._due = self._loop.call_later(wait, self.publish)

    def _write(self, event: LogEvent) -> None:
        entry = Entry(len(self.entries) + 1, event)
        self._sink(self.run_id, (entry,))
        self._show(entry)

    def _show(self, entry: Entry) -> None:
        self.entries.append(entry)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
