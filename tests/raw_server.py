"""A server that does exactly what a test says, for what no well-behaved mock can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any


class Conversation:
    """One connection, after the server has read a request from it."""

    def __init__(self, writer: asyncio.StreamWriter, body: dict[str, Any], head: str) -> None:
        self._writer = writer
        self.body = body
        self.head = head

    async def start(
        self, status: int = 200, kind: str = "text/event-stream", **headers: str
    ) -> None:
        """Send the head of a chunked answer."""
        more = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
        more += f"Content-Type: {kind}\r\nTransfer-Encoding: chunked\r\n"
        await self._write(f"HTTP/1.1 {status} X\r\n{more}\r\n")

    async def send(self, data: bytes) -> None:
        """Send one HTTP chunk."""
        await self._write(b"%x\r\n" % len(data) + data + b"\r\n")

    async def say(self, *values: Any) -> None:
        """Send each value as one event, each in a chunk of its own."""
        for value in values:
            await self.send(event(value))

    async def end(self) -> None:
        """End the answer as HTTP wants it."""
        await self._write(b"0\r\n\r\n")

    async def whole(
        self, data: bytes, status: int = 200, kind: str = "text/event-stream", **headers: str
    ) -> None:
        """Send a whole answer."""
        await self.start(status, kind, **headers)
        if data:
            await self.send(data)
        await self.end()

    async def hang_up(self) -> None:
        """Drop the connection."""
        self._writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the client has dropped the connection."""
        with suppress(ConnectionError):
            while True:
                self._writer.write(b"2\r\n: \r\n")
                await self._writer.drain()
                await asyncio.sleep(0.01)

    async def _write(self, data: str | bytes) -> None:
        self._writer.write(data if isinstance(data, bytes) else data.encode())
        await self._writer.drain()


Script = Callable[[Conversation], Awaitable[None]]


class RawServer:
    """Where it listens, and what it was asked."""

    def __init__(self, scripts: tuple[Script, ...]) -> None:
        self._scripts = scripts
        self.url = ""
        self.asked: list[Conversation] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lengths = [
                    li for li in head.lower().split("\r\n") if li.startswith("content-length:")
                ]
                raw = await reader.readexactly(int(lengths[0].split(":")[1])) if lengths else b"{}"
                talk = Conversation(writer, json.loads(raw), head)
                self.asked.append(talk)
                await self._scripts[min(len(self.asked), len(self._scripts)) - 1](talk)
        writer.close()


@asynccontextmanager
async def raw_server(*scripts: Script) -> AsyncIterator[RawServer]:
    """The first request gets the first script, and so on; the last one goes on for ever."""
    raw = RawServer(scripts)
    server = await asyncio.start_server(raw.handle, "127.0.0.1", 0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield raw
    finally:
        server.close()


def whole(
    data: bytes, status: int = 200, kind: str = "text/event-stream", **headers: str
) -> Script:
    """Always the same answer."""

    async def script(talk: Conversation) -> None:
        await talk.whole(data, status, kind, **headers)

    return script


def saying(*values: Any) -> Script:
    """A stream of these values, ended well."""
    return whole(b"".join(map(event, values)))


def refusing(status: int, body: object, **headers: str) -> Script:
    """An error with this JSON body."""
    return whole(json.dumps(body).encode(), status, "application/json", **headers)


def event(value: Any) -> bytes:
    data = value if isinstance(value, str) else json.dumps(value)
    return f"data: {data}\n\n".encode()


def chunk(text: str | None = None, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk of a streamed chat completion."""
    said = {**({"content": text} if text is not None else {}), **delta}
    return {"choices": [{"index": 0, "delta": said, "finish_reason": finish}]}


def text_delta(text: str) -> dict[str, Any]:
    """A delta of a streamed response."""
    return {"type": "response.output_text.delta", "delta": text}


def completed(**response: Any) -> dict[str, Any]:
    """The end of a streamed response."""
    usage = {"input_tokens": 3, "output_tokens": 5}
    return {
        "type": "response.completed",
        "response": {"status": "completed", "usage": usage, **response},
    }
