"""One request to a provider and its streamed answer: deadlines, one retry, and every failure.

The protocols differ only in how they ask (`send`) and in how they read (`Reader`).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol, cast

from ioverse_app.providers import faults, sse
from ioverse_app.providers.body import Body, is_page
from ioverse_app.providers.client import PATIENT, Deadlines, broken_connections, refusals
from ioverse_app.providers.errors import (
    CutShort,
    KeyRefused,
    NoCredit,
    NotAnAnswer,
    ProviderError,
    TimedOut,
)
from ioverse_app.providers.events import ProviderEvent, ReasoningDelta, TextDelta

if TYPE_CHECKING:
    import httpx2

GATHER = 0.015
"""Seconds that bytes may gather between two reads once the first words have gone out.

A fast stream is then read, parsed and passed on some 60 times a second, however many chunks it
comes in; a screen draws no more often than that. 0 reads each chunk as it comes. At 300 chunks a
second this gives a ninth of the events for two thirds of the CPU; at 50, a third fewer events and
no clear difference in CPU here.
"""

LONGEST_WAIT = 5.0
"""Seconds: a provider that asks for more patience than this is not asked again."""

_FULL_READ = 16 * 1024
_GRACE = 5.0
_DRAIN = 1.0

Send = Callable[[], Awaitable["httpx2.Response"]]


class Refusal(Protocol):
    """What every SDK raises for a status that is an error."""

    status_code: int
    body: object | None
    response: httpx2.Response


class Reader(Protocol):
    """What one protocol makes of the JSON values of one answer, in their order."""

    begun: bool
    """Something of the protocol was recognised."""
    over: bool
    """The provider said how the answer ended: no failure after this matters."""
    done: bool
    """Nothing more is expected: `end` may be asked."""

    def read(self, value: Any) -> Iterable[ProviderEvent]:
        """The events of one value; raises ProviderError when the value tells of a failure."""
        ...

    def end(self) -> Iterable[ProviderEvent]:
        """The last events, once `over`."""
        ...


async def answer(
    send: Send,
    reader: Reader,
    *,
    deadlines: Deadlines = PATIENT,
    gather: float = GATHER,
    largest: int = sse.LARGEST_EVENT,
) -> AsyncGenerator[ProviderEvent, None]:
    """The events of an answer. Closing this iterator closes the connection at once."""
    now = asyncio.get_running_loop().time
    began = now()
    response = await _sent(send, began + deadlines.first_byte)
    chunks = response.aiter_bytes()
    body = Body(largest)
    try:
        last = began + deadlines.whole
        until = began + deadlines.first_byte
        speaking = False
        while not reader.done:
            chunk = await _next(chunks, min(until, last), reader)
            events, failed = _understood(body, chunk, reader)
            for event in events:
                yield event
            if failed:
                raise failed
            if chunk is None:
                break
            if speaking and gather and len(chunk) < _FULL_READ:
                await asyncio.sleep(gather)
            speaking = speaking or bool(events)
            until = now() + (_GRACE if reader.over else deadlines.between_bytes)
            if now() > last:
                raise TimedOut(faults.TOO_SLOW)
        if not reader.over:
            raise CutShort(faults.CUT_SHORT) if reader.begun else NotAnAnswer(faults.NOTHING)
        for event in reader.end():
            yield event
        await _drain(chunks)
    finally:
        with suppress(Exception):
            await chunks.aclose()
        with suppress(Exception):
            await response.aclose()


async def question(send: Send, *, deadlines: Deadlines) -> Any:
    """The JSON value that answers a request which is not streamed."""
    now = asyncio.get_running_loop().time
    response = await _sent(send, now() + deadlines.first_byte)
    try:
        async with asyncio.timeout(deadlines.whole):
            content = await response.aread()
    except Exception as cause:
        raise faults.broken(cause, begun=True) from cause
    finally:
        await response.aclose()
    if is_page(content):
        raise NotAnAnswer(faults.WEB_PAGE)
    return _value(content)


def read_whole(response: httpx2.Response) -> Any:
    """The JSON value of an answer that is there already; raises what its status means."""
    if response.status_code >= 400:
        try:
            body: object = response.json()
        except ValueError:
            body = response.text
        raise faults.failure(faults.Complaint.read(body, response.status_code))
    if is_page(response.content):
        raise NotAnAnswer(faults.WEB_PAGE)
    return _value(response.content)


async def _sent(send: Send, until: float) -> httpx2.Response:
    """The response, its headers read; asked a second time where that may help."""
    try:
        async with asyncio.timeout_at(until):
            try:
                return await send()
            except refusals() as refusal:
                wait = _patience(cast(Refusal, refusal))
                if wait is None:
                    raise
            except broken_connections() as cause:
                if isinstance(faults.unreachable(cause), TimedOut):
                    raise
                wait = _soon()
            await asyncio.sleep(wait)
            return await send()
    except TimeoutError as cause:
        raise TimedOut(faults.NO_FIRST_BYTE) from cause
    except refusals() as refusal:
        raise refused(cast(Refusal, refusal)) from refusal
    except broken_connections() as cause:
        raise faults.unreachable(cause) from cause


def refused(refusal: Refusal) -> ProviderError:
    """What an HTTP status and its body mean."""
    said = faults.Complaint.read(_body(refusal), refusal.status_code)
    return faults.failure(said, retry_after=_asked_to_wait(refusal))


def _body(refusal: Refusal) -> object:
    return refusal.body if refusal.body is not None else refusal.response.text


def _patience(refusal: Refusal) -> float | None:
    """Seconds until a second try, or None if there is no point."""
    status, headers = refusal.status_code, refusal.response.headers
    if headers.get("x-should-retry") == "false":
        return None
    if status not in (408, 409, 429) and status < 500:
        return None
    if isinstance(refused(refusal), (NoCredit, KeyRefused)):
        return None
    wait = _asked_to_wait(refusal)
    if wait is None:
        return None if status == 429 else _soon()
    return wait if wait <= LONGEST_WAIT else None


def _soon() -> float:
    return random.uniform(0.3, 0.6)  # noqa: S311 so that many do not come back in step


def _asked_to_wait(refusal: Refusal) -> float | None:
    headers = refusal.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(KeyError, ValueError):
            return max(0.0, float(headers[name]) * unit)
    with suppress(KeyError, ValueError):
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    return None


async def _next(chunks: AsyncIterator[bytes], until: float, reader: Reader) -> bytes | None:
    """The next bytes; None at the end, and whenever it no longer matters how it ended."""
    try:
        async with asyncio.timeout_at(until):
            return await anext(chunks, None)
    # Whatever an HTTP stack raises here, its own exceptions or the system's, means one thing.
    except Exception as cause:
        if reader.over:
            return None
        raise faults.broken(cause, begun=reader.begun) from cause


def _understood(
    body: Body, chunk: bytes | None, reader: Reader
) -> tuple[list[ProviderEvent], ProviderError | None]:
    """The events of this chunk, neighbouring deltas joined, and the failure they ended in."""
    events: list[ProviderEvent] = []
    try:
        for payload in body.end() if chunk is None else body.feed(chunk):
            if payload == b"[DONE]":
                reader.done = True
                break
            for event in reader.read(_value(payload)):
                _join(events, event)
            if reader.done:
                break
    except NotAnAnswer as failed:
        # What is left at the end of a stream may be half an event: that is an answer cut short.
        return events, None if reader.over or chunk is None else failed
    except ProviderError as failed:
        return events, None if reader.over else failed
    # Valid JSON of another shape than the protocol's: a list where a text should be, say.
    except (AttributeError, IndexError, KeyError, TypeError) as cause:
        garbled = NotAnAnswer(faults.GARBLED)
        garbled.__cause__ = cause
        return events, None if reader.over else garbled
    return events, None


def _join(events: list[ProviderEvent], event: ProviderEvent) -> None:
    before = events[-1] if events else None
    if isinstance(event, TextDelta) and isinstance(before, TextDelta):
        events[-1] = TextDelta(before.text + event.text)
    elif isinstance(event, ReasoningDelta) and isinstance(before, ReasoningDelta):
        events[-1] = ReasoningDelta(before.text + event.text)
    else:
        events.append(event)


def _value(payload: bytes) -> Any:
    try:
        return json.loads(payload.decode())
    except (ValueError, RecursionError) as cause:
        raise NotAnAnswer(faults.GARBLED) from cause


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read what is left, so that the connection can be used again."""
    with suppress(Exception):
        async with asyncio.timeout(_DRAIN):
            async for _ in chunks:
                pass
