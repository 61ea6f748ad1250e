"""A model on this computer, for whoever has no key yet: a child process and a short queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from ioverse_app.providers import catalogue, child
from ioverse_app.providers.child import Child, Children
from ioverse_app.providers.errors import (
    Busy,
    CutShort,
    ModelNotFound,
    ProviderDown,
    Unsupported,
)
from ioverse_app.providers.events import ProviderEvent
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.provider import Model, Request
from ioverse_app.providers.relaying import Body, Chunk, Question
from ioverse_app.providers.responses_by_chat import responses
from ioverse_app.providers.weights import INSTALL, Weights, weights

T = TypeVar("T")

SLOTS = 2
"""Answers at once. Two people both see words at once; four would each get half the speed."""

QUEUE = 20
"""People who may wait for a slot."""

IDLE_SECONDS = 600.0
"""After this long without an answer the child stops and gives its memory back."""

FULL = (
    "Too many people are waiting for the model on this computer. Send again in a minute, "
    "or choose another model."
)
NOT_INSTALLED = f"There is no model on this computer. Install it with: {INSTALL}"


class Embedded:
    """The provider of the one model that runs here."""

    def __init__(
        self,
        choice: str,
        data_dir: Path,
        *,
        slots: int = SLOTS,
        queue: int = QUEUE,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.name = "embedded"
        self.label = "This computer"
        self._choice = choice
        self._data_dir = data_dir
        self._slots = slots
        self._most = slots + queue
        self._idle_seconds = idle_seconds
        self._places = asyncio.Semaphore(slots)
        self._inside = 0
        self._children = Children(self._start)
        self._stopping: asyncio.TimerHandle | None = None
        self._idle: asyncio.Task[None] | None = None

    async def models(self) -> list[Model]:
        """The one model, or none if its packages are not installed; raises if its file is not."""
        found = weights(self._choice, self._data_dir)
        if found is None:
            return []
        ref = f"{self.name}/{found.name}"
        return [Model(ref, catalogue.profile(ref).label, self.name, self.label)]

    def stream(self, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """The answer, event by event; see `Provider`. Raises Busy when the queue is full."""
        return self._answered(request.model, lambda running: running.stream(request))

    def relay(self, body: Body) -> AsyncGenerator[list[Chunk], None]:
        """The chunks of a chat completion; see `Provider`. Raises Busy when the queue is full."""
        return self._answered(body["model"], lambda running: running.relay(body))

    def respond(self, body: Body) -> AsyncGenerator[list[Chunk], None]:
        """The events of a response; see `Provider`."""
        return responses(self.relay, body)

    async def ask(self, question: Question, body: Body) -> dict[str, Any]:
        """It only talks; see `Provider`."""
        raise Unsupported("model", f"The model on this computer has no {question}.")

    async def close(self) -> None:
        """Stop the child."""
        self._stay()
        if self._idle:
            await asyncio.wait([self._idle])
        await self._children.close()

    async def _answered(
        self, model: str, asking: Callable[[OpenAIChat], AsyncGenerator[T, None]]
    ) -> AsyncGenerator[T, None]:
        if model != self._weights().name:
            raise ModelNotFound("This model is not on this computer. Choose another one.")
        async with self._place():
            begun = False
            for last_try in (False, True):
                running = await self._children.ready()
                try:
                    async with aclosing(asking(self._speaking_to(running))) as events:
                        async for event in events:
                            begun = True
                            yield event
                    return
                except (CutShort, ProviderDown):
                    # On the same computer that means that the child is broken.
                    await self._children.discard(running)
                    if begun or last_try:
                        raise

    def _weights(self) -> Weights:
        found = weights(self._choice, self._data_dir)
        if found is None:
            raise ModelNotFound(NOT_INSTALLED)
        return found

    async def _start(self) -> Child:
        return await child.start(self._weights(), self._slots)

    def _speaking_to(self, running: Child) -> OpenAIChat:
        return OpenAIChat(
            f"{running.address}/v1",
            running.key,
            name=self.name,
            label=self.label,
            fields={"repetition_penalty": "repeat_penalty"},
        )

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """A slot of the child, after those who came before."""
        if self._inside >= self._most:
            raise Busy(FULL, retry_after=30.0)
        self._stay()
        self._inside += 1
        try:
            async with self._places:
                yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._leave_later()

    def _stay(self) -> None:
        if self._stopping:
            self._stopping.cancel()
            self._stopping = None

    def _leave_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._stopping = loop.call_later(self._idle_seconds, self._leave)

    def _leave(self) -> None:
        self._idle = asyncio.create_task(self._leave_now())

    async def _leave_now(self) -> None:
        if not self._inside:
            await self._children.close()
