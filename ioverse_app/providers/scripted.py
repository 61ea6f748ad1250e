"""A provider that answers from a script: for tests and measurements, never configured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from ioverse_app.providers.errors import Unsupported
from ioverse_app.providers.events import (
    Finished,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from ioverse_app.providers.provider import Model, Request
from ioverse_app.providers.relaying import Body, Chunk, Question, delta_chunk, usage_chunk
from ioverse_app.providers.responses_by_chat import responses

Step = ProviderEvent | Exception | float
"""An event to send, an error to raise, or seconds to wait."""


class Scripted:
    """Sends the steps of a script, the same for every request or chosen by the request."""

    name = "scripted"
    label = "Scripted"

    def __init__(self, script: Sequence[Step] | Callable[[Request], Sequence[Step]]) -> None:
        self._script = script
        self.requests: list[Request] = []
        self.bodies: list[Body] = []
        self.closed = 0

    async def models(self) -> list[Model]:
        """One model."""
        return [Model("scripted/parrot", "Parrot", self.name, self.label)]

    async def stream(self, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """The steps, one after the other."""
        self.requests.append(request)
        steps = self._script(request) if callable(self._script) else self._script
        try:
            for step in steps:
                match step:
                    case float() | int():
                        await asyncio.sleep(step)
                    case Exception():
                        raise step
                    case _:
                        yield step
                        await asyncio.sleep(0)
        finally:
            self.closed += 1

    async def relay(self, body: Body) -> AsyncGenerator[list[Chunk], None]:
        """The same steps, as chunks."""
        self.bodies.append(body)
        async with aclosing(self.stream(Request(body["model"], []))) as events:
            async for event in events:
                match event:
                    case TextDelta(text=text):
                        yield [delta_chunk(content=text)]
                    case ReasoningDelta(text=text):
                        yield [delta_chunk(reasoning_content=text)]
                    case Usage():
                        yield [usage_chunk(event)]
                    case Finished(reason=reason):
                        yield [delta_chunk(reason)]
                    case _:
                        pass

    def respond(self, body: Body) -> AsyncGenerator[list[Chunk], None]:
        """The same steps, as events of a response."""
        return responses(self.relay, body)

    async def ask(self, question: Question, body: Body) -> dict[str, Any]:
        """It only talks."""
        raise Unsupported("model", f"A script has no {question}.")

    async def close(self) -> None:
        """Nothing to give back."""


def words(text: str) -> list[Step]:
    """A script that says `text` word by word and finishes."""
    pieces = text.split(" ")
    deltas: list[Step] = [
        TextDelta(piece if i == 0 else f" {piece}") for i, piece in enumerate(pieces)
    ]
    return [*deltas, Finished("stop")]
