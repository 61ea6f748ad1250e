"""An answer that is sent as it comes, as Server-Sent Events, until the client hangs up."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ioverse_app.api import openai_errors
from ioverse_app.api.sse import HEADERS, HEARTBEAT_SECONDS
from ioverse_app.errors import AppError

PATIENCE = 5.0
"""Seconds that the first words may take before the head of the answer goes out without them.

Until then a refusal has its own status.
"""

STILL_HERE = b": still here\n\n"
DONE = b"data: [DONE]\n\n"

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_log = logging.getLogger(__name__)

Event = dict[str, Any]


def data(event: Event) -> bytes:
    """An event as Chat Completions has it."""
    return b"data: " + _json(event) + b"\n\n"


def named(event: Event) -> bytes:
    """An event as Responses has it."""
    return b"event: " + event["type"].encode() + b"\ndata: " + _json(event) + b"\n\n"


class EventStream(Response):
    """Sends events, those that came together in one go. `opened` makes one that has begun."""

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncGenerator[Sequence[Event], None],
        first: asyncio.Future[Sequence[Event] | None],
        form: Callable[[Event], bytes],
        end: bytes,
    ) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._events = events
        self._first = first
        self._form = form
        self._end = end
        self._sent_at = 0.0
        self._sending = False

    @classmethod
    async def opened(
        cls,
        events: AsyncGenerator[Sequence[Event], None],
        *,
        form: Callable[[Event], bytes] = data,
        end: bytes = DONE,
    ) -> EventStream:
        """The stream, once its first events are there or have taken their time.

        Raises what goes wrong until then.
        """
        first = asyncio.ensure_future(anext(events, None))
        try:
            await asyncio.wait({first}, timeout=PATIENCE)
            if first.done():
                first.result()
        except BaseException:
            first.cancel()
            with suppress(BaseException):
                await first
            await events.aclose()
            raise
        return cls(events, first, form, end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send, until the end or until nobody reads any more."""
        leaving = asyncio.create_task(_gone(receive))
        telling = asyncio.create_task(self._tell(send))
        beating = asyncio.create_task(self._beat(send))
        try:
            await asyncio.wait({leaving, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (leaving, telling, beating):
                task.cancel()
            await asyncio.wait({leaving, telling, beating})
            with suppress(Exception):
                await self._events.aclose()

    async def _tell(self, send: Send) -> None:
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
        try:
            together = await self._first
            while together is not None:
                await self._send(send, b"".join(map(self._form, together)))
                together = await anext(self._events, None)
            end = self._end
        except AppError as error:
            end = self._form(_failure(error))
        except Exception:
            _log.exception("A stream broke")
            error = AppError("Something went wrong here. It has been noted; please try again.")
            end = self._form(_failure(error))
        finally:
            self._first.cancel()
        self._sending = True
        await send({"type": "http.response.body", "body": end})

    async def _send(self, send: Send, body: bytes) -> None:
        self._sending = True
        await send({"type": "http.response.body", "body": body, "more_body": True})
        self._sending = False
        self._sent_at = asyncio.get_running_loop().time()

    async def _beat(self, send: Send) -> None:
        """A comment now and then while nothing happens, for proxies that lose patience."""
        loop = asyncio.get_running_loop()
        self._sent_at = loop.time()
        while True:
            await asyncio.sleep(max(0.1, self._sent_at + HEARTBEAT_SECONDS - loop.time()))
            if not self._sending and loop.time() - self._sent_at >= HEARTBEAT_SECONDS:
                await self._send(send, STILL_HERE)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _failure(error: AppError) -> Event:
    """For both forms: Responses looks for a type, Chat Completions for an error."""
    return {"type": "error", **openai_errors.in_stream(error)}


def _json(event: Event) -> bytes:
    return _encoder.encode(event).encode(errors="replace")
