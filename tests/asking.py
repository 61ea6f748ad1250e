"""Asking a provider in a test, and taking down everything that it said until it failed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from ioverse_app.providers.errors import ProviderError
from ioverse_app.providers.events import (
    Finished,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from ioverse_app.providers.provider import Provider, Request, Turn


@dataclass
class Answer:
    """What came, in order, and the failure that it ended in."""

    events: list[ProviderEvent] = field(default_factory=list)
    error: ProviderError | None = None

    @property
    def text(self) -> str:
        return "".join(e.text for e in self.events if isinstance(e, TextDelta))

    @property
    def reasoning(self) -> str:
        return "".join(e.text for e in self.events if isinstance(e, ReasoningDelta))

    @property
    def usage(self) -> Usage | None:
        return next((e for e in self.events if isinstance(e, Usage)), None)

    @property
    def reason(self) -> str | None:
        return next((e.reason for e in self.events if isinstance(e, Finished)), None)


def request(text: str = "Hello", model: str = "some-model", **parameters: Any) -> Request:
    return Request(model, [Turn("user", text)], parameters)


async def ask(provider: Provider, text: str = "Hello", **values: Any) -> Answer:
    """Ask, and read to the end or to the failure."""
    return await read(provider.stream(request(text, **values)))


async def read(stream: AsyncGenerator[ProviderEvent, None]) -> Answer:
    answer = Answer()
    async with aclosing(stream) as events:
        try:
            async for event in events:
                answer.events.append(event)
        except ProviderError as error:
            answer.error = error
    return answer
