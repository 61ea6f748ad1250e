"""A provider of images that does as its prompt says: slow, broken, refused, or as it should be.

`painter()` gives the base URL of a server that speaks OpenAI's images API; `asked` holds what it
was sent.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image


def picture(width: int = 64, height: int = 48, form: str = "PNG", colour: str = "teal") -> bytes:
    """An image of one colour."""
    to = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(to, form)
    return to.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(bytes(100_000)))
    + _chunk(b"IEND", b"")
)
"""A PNG that says it is 20,000 × 20,000."""

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
BROKEN = {
    "empty": b"",
    "truncated": picture(300, 200)[:200],
    "huge": BOMB,
    "svg": SVG,
    "words": b"This is not an image at all, sorry.",
    "page": b"<!doctype html><title>Sign in</title>",
}
REFUSED = {
    "moderation": (400, "moderation_blocked", "Your request was rejected by the safety system."),
    "credit": (429, "insufficient_quota", "You exceeded your current quota."),
    "key": (401, "invalid_api_key", "Incorrect API key provided: sk-secretsecret."),
}


@dataclass
class Painter:
    """A running server: where it is, and what it was asked."""

    url: str = ""
    models: list[str] = field(
        default_factory=lambda: ["dall-e-2", "dall-e-3", "gpt-image-2", "some-flux", "parrot"]
    )
    asked: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, bytes]] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: int = 0


PAINTER = web.AppKey("painter", Painter)


@asynccontextmanager
async def painter() -> AsyncIterator[Painter]:
    """Start it, and stop it."""
    painter = Painter()
    app = web.Application(client_max_size=100_000_000)
    app[PAINTER] = painter
    app.router.add_get("/v1/models", _models)
    app.router.add_post("/v1/images/generations", _generations)
    app.router.add_post("/v1/images/edits", _edits)
    app.router.add_get("/kept/{name}.png", _kept)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    painter.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield painter
    finally:
        painter.go.set()
        await runner.cleanup()


async def _models(request: web.Request) -> web.Response:
    return web.json_response({"data": [{"id": name} for name in request.app[PAINTER].models]})


async def _kept(request: web.Request) -> web.Response:
    return web.Response(body=picture(), content_type="image/png")


async def _edits(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    asked: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[name + str(len(files))] = value.file.read()
        else:
            asked[name] = value
    request.app[PAINTER].files.append(files)
    return await _answer(request, asked, "image_edit")


async def _generations(request: web.Request) -> web.StreamResponse:
    return await _answer(request, await request.json(), "image_generation")


async def _answer(request: web.Request, asked: dict[str, Any], kind: str) -> web.StreamResponse:
    painter: Painter = request.app[PAINTER]
    painter.asked.append(asked)
    prompt = str(asked.get("prompt"))
    word = prompt.split()[0].lower()
    if word in REFUSED:
        status, code, message = REFUSED[word]
        return web.json_response({"error": {"code": code, "message": message}}, status=status)
    if word == "html":
        return web.Response(text="<html><body>Bad gateway</body></html>", content_type="text/html")
    if word == "slow" and not asked.get("stream"):
        await _patiently(painter)
    if asked.get("stream") in (True, "true"):
        return await _streamed(request, painter, prompt, kind)
    count = int(asked.get("n") or 1)
    data = [_image(request, prompt, number) for number in range(count)]
    usage = {"input_tokens": 10, "output_tokens": 100 * count, "total_tokens": 10 + 100 * count}
    body: dict[str, Any] = {"created": 1, "data": data}
    if word != "uncounted":
        body["usage"] = usage
    return web.json_response(body)


def _image(request: web.Request, prompt: str, number: int) -> dict[str, Any]:
    word = prompt.split()[0].lower()
    if word == "url":
        return {"url": f"http://{request.host}/kept/fox.png"}
    if word == "inside":
        return {"url": "http://169.254.169.254/latest/meta-data/"}
    if word == "elsewhere":
        return {"url": "http://127.0.0.1:1/fox.png"}
    data = BROKEN.get(word) if word in BROKEN else picture(64 + number, 48)
    if word == "half" and number:
        data = BROKEN["words"]
    row: dict[str, Any] = {"b64_json": base64.b64encode(data or b"").decode()}
    if word == "empty":
        row = {"b64_json": base64.b64encode(b"\n").decode()}
    return {**row, "revised_prompt": f"A painting of: {prompt}"}


async def _streamed(
    request: web.Request, painter: Painter, prompt: str, kind: str
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)

    async def send(event: dict[str, Any]) -> None:
        await response.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

    early = base64.b64encode(picture(colour="gray")).decode()
    await send({"type": f"{kind}.partial_image", "b64_json": early, "partial_image_index": 0})
    if prompt.lower().startswith("slow"):
        await _patiently(painter)
    if prompt.lower().startswith("cut"):
        return response
    done = base64.b64encode(picture()).decode()
    usage = {"input_tokens": 10, "output_tokens": 100, "total_tokens": 110}
    await send({"type": f"{kind}.completed", "b64_json": done, "usage": usage})
    return response


async def _patiently(painter: Painter) -> None:
    try:
        await painter.go.wait()
    except asyncio.CancelledError:
        painter.hung_up += 1
        raise
