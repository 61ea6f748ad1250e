"""A deterministic OpenAI-compatible server: the same text, cut and paced as the model's name says.

`python tests/bench/upstream.py PORT`. Models: `<chunks a second>x<characters a chunk>`, for example
`100x6`; 0 chunks a second means as fast as possible. `echo` says what it is asked, as fast as
possible, and `echo40` says it forty times. `GET /journal` tells when what was sent
(seconds of CLOCK_MONOTONIC, the same for every process of the machine).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path

TEXT = (Path(__file__).parent / "answer.md").read_text()
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\ncache-control: no-cache\r\n\r\n"
)
MODELS = ("100x6", "0x80", "25x80", "50x12", "20x8", "echo", "echo40")


class Upstream:
    """The server and its journal: for each answer, when every chunk was sent."""

    def __init__(self, text: str = TEXT) -> None:
        self.text = text
        self.journal: list[dict[str, object]] = []

    async def serve(self, port: int) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
                body = await reader.readexactly(int(length)) if length else b""
                arrived = time.monotonic()
                await self._answer(head.partition("\r\n")[0], body, arrived, writer)
        writer.close()

    async def _answer(
        self, line: str, body: bytes, arrived: float, writer: asyncio.StreamWriter
    ) -> None:
        if "/chat/completions" in line:
            await self._stream(json.loads(body), arrived, writer)
        elif "/models" in line:
            models = [{"id": name, "object": "model"} for name in MODELS]
            _send_json(writer, {"object": "list", "data": models})
        elif "/journal" in line:
            _send_json(writer, self.journal)
            self.journal = []
        else:
            _send_json(writer, {"error": {"message": "Not found"}}, "404 Not Found")
        await writer.drain()

    async def _stream(self, body: dict, arrived: float, writer: asyncio.StreamWriter) -> None:
        text, pace = self.text, body["model"]
        if pace.startswith("echo"):
            text = body["messages"][-1]["content"] * int(pace.removeprefix("echo") or 1)
            pace = "0x80"
        rate, _, size = pace.partition("x")
        wait = 1 / int(rate) if int(rate) else 0.0
        sent: list[float] = []
        self.journal.append(
            {"arrived": arrived, "sent": sent, "size": int(size), "user": body["messages"][-1]}
        )
        writer.write(HEAD)
        begun = time.monotonic()
        for number, at in enumerate(range(0, len(text), int(size))):
            due = begun + number * wait
            if wait and (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            sent.append(time.monotonic())
            delta = {"content": text[at : at + int(size)]}
            writer.write(_chunk({"choices": [{"index": 0, "delta": delta}]}))
            if not wait and number % 32 == 31:
                await writer.drain()
                await asyncio.sleep(0)
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        usage = {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 4000}}
        writer.write(_chunk(end) + _chunk(usage) + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n")


def _chunk(data: dict) -> bytes:
    data = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", **data}
    return _framed(f"data: {json.dumps(data)}\n\n".encode())


def _framed(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _send_json(writer: asyncio.StreamWriter, data: object, status: str = "200 OK") -> None:
    body = json.dumps(data).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    writer.write(f"{head}\r\n\r\n".encode() + body)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Upstream().serve(int(sys.argv[1])))
