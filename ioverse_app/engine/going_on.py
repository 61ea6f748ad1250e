"""An answer that reaches its length goes on by itself, a few times."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from ioverse_app.engine.asking import Ask, Bill
from ioverse_app.engine.tokens import estimate
from ioverse_app.providers.events import Finished, ProviderEvent, TextDelta, Usage
from ioverse_app.providers.provider import Request, Turn

GO_ON = "Go on exactly where you stopped. Repeat nothing."
FULL = 0.9
"""The share of a model's window that a request to go on may fill."""


@dataclass(frozen=True, slots=True)
class GoingOn:
    """How often an answer may go on, and the tokens of its model's window."""

    most: int
    window: int

    def of(self, ask: Ask) -> Ask:
        """The same way of asking, whose answers go on."""

        def asking(request: Request) -> AsyncGenerator[ProviderEvent, None]:
            return self._stream(ask, request)

        return asking

    async def _stream(self, ask: Ask, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """One answer of as many requests as it takes. Their tokens are added up."""
        bill = Bill()
        said = ""
        for left in range(self.most, -1, -1):
            before = len(said)
            finished: Finished | None = None
            turns = [*request.turns, *_so_far(said)]
            async with aclosing(ask(replace(request, turns=turns))) as events:
                async for event in events:
                    match event:
                        case Finished():
                            finished = event
                        case Usage():
                            yield bill.take(event)
                        case TextDelta(text=text):
                            said += text
                            yield event
                        case _:
                            yield event
            if finished is None:
                return
            cut = finished.reason == "length" and len(said) > before
            if not (cut and left and self._has_room(request, said)):
                yield finished
                return
            bill.next()

    def _has_room(self, request: Request, said: str) -> bool:
        turns = [*request.turns, *_so_far(said)]
        return sum(estimate(turn.content) for turn in turns) < FULL * self.window


def _so_far(said: str) -> Sequence[Turn]:
    return (Turn("assistant", said), Turn("user", GO_ON)) if said else ()
