"""Server-Sent Events (WHATWG HTML, section 9.2), numbered so that a client can come back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi.responses import StreamingResponse

HEARTBEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    """One event. `number` is what a client sends back as `Last-Event-ID`."""
    lines = [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return "\n".join(lines) + "\n\n"


def streaming(events: AsyncGenerator[str, None]) -> StreamingResponse:
    """The answer that sends these events, with a comment now and then while nothing happens."""
    return StreamingResponse(
        _with_heartbeat(events), media_type="text/event-stream", headers=HEADERS
    )


async def _with_heartbeat(events: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    async with aclosing(events):
        upcoming = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    yield ": still here\n\n"
                    continue
                text = upcoming.result()
                if text is None:
                    return
                yield text
                upcoming = asyncio.ensure_future(anext(events, None))
        finally:
            upcoming.cancel()
            await asyncio.wait({upcoming})
