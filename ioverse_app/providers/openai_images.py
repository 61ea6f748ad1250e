"""Images from any server that speaks OpenAI's images API, streamed or whole.

Protocol: https://platform.openai.com/docs/api-reference/images
"""

from __future__ import annotations

import binascii
from collections.abc import AsyncGenerator, Iterable, Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ioverse_app.providers import exchange, faults
from ioverse_app.providers.body import detail
from ioverse_app.providers.client import Deadlines, http
from ioverse_app.providers.errors import NotAnAnswer, ProviderDown
from ioverse_app.providers.events import (
    DrawnImage,
    Finished,
    PartialImage,
    ProviderEvent,
    Usage,
)
from ioverse_app.providers.provider import Image, ImageRequest

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

LARGEST = 400 * 1024 * 1024
"""Bytes of one answer: ten large images in base64."""

FETCH_SECONDS = 60.0
UNFETCHED = "The provider's link to the image does not work. Generate again."
TOO_LARGE = "The provider sent an image that is larger than allowed."

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_EXTRA = frozenset({"seed"})


def draw(
    client: AsyncOpenAI, headers: dict[str, Any], request: ImageRequest
) -> AsyncGenerator[ProviderEvent, None]:
    """The images, event by event."""
    deadlines = Deadlines(
        first_byte=request.seconds, between_bytes=request.seconds, whole=request.seconds
    )

    async def send() -> httpx2.Response:
        images: Any = client.images.with_streaming_response
        asked = {**_body(request), "extra_headers": headers}
        manager = images.edit(**asked) if request.sources else images.generate(**asked)
        return (await manager.__aenter__()).http_response

    return exchange.answer(send, ImagesReader(), deadlines=deadlines, gather=0, largest=LARGEST)


async def fetch(base_url: str, address: str, most: int) -> bytes | None:
    """What is at an address on the server itself; None if the address lies elsewhere."""
    if _place(address) != _place(base_url):
        return None
    return await _from_server(address, most)


class ImagesReader:
    """The events of streamed images, or of a list of images that came whole."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        self.done = False
        self._usage: Usage | None = None

    def read(self, value: Any) -> Iterable[ProviderEvent]:
        """The images of one event of theirs, or of a whole answer."""
        if not isinstance(value, dict):
            raise NotAnAnswer(faults.GARBLED)
        told = cast("dict[str, Any]", value)
        if told.get("error"):
            raise faults.failure(faults.Complaint.read(told))
        kind = str(told.get("type") or "")
        if kind.endswith(".partial_image"):
            self.begun = True
            return (PartialImage(_decoded(told["b64_json"])),)
        if kind.endswith(".completed"):
            return self._completed(told, [told])
        if isinstance(told.get("data"), list):
            return self._completed(told, told["data"])
        return ()

    def end(self) -> Iterable[ProviderEvent]:
        """The count, and the end."""
        if self._usage:
            yield self._usage
        yield Finished("stop")

    def _completed(self, told: dict[str, Any], rows: list[Any]) -> Iterable[ProviderEvent]:
        self.begun = True
        drawn = list(_drawn(rows))
        if not drawn:
            raise NotAnAnswer(faults.NOTHING)
        self._count(told.get("usage"))
        self.over = True
        return drawn

    def _count(self, usage: Any) -> None:
        if not isinstance(usage, dict):
            return
        told = cast("dict[str, Any]", usage)
        before = self._usage or Usage(0, 0)
        self._usage = Usage(
            before.prompt_tokens + (told.get("input_tokens") or 0),
            before.completion_tokens + (told.get("output_tokens") or 0),
            before.cached_tokens + detail(told, "input_tokens_details", "cached_tokens"),
        )


def _drawn(rows: list[Any]) -> Iterator[DrawnImage]:
    for row in rows:
        told = cast("dict[str, Any]", row)
        revised, seed = told.get("revised_prompt"), told.get("seed")
        about: dict[str, Any] = {
            "revised_prompt": revised if isinstance(revised, str) else None,
            "seed": seed if isinstance(seed, int) and abs(seed) < 2**63 else None,
        }
        url = str(told.get("url") or "")
        if content := told.get("b64_json"):
            yield DrawnImage(_decoded(content), **about)
        elif url.startswith("data:"):
            yield DrawnImage(_decoded(url.partition(",")[2]), **about)
        elif url:
            yield DrawnImage(url=url, **about)


def _decoded(content: Any) -> bytes:
    try:
        return binascii.a2b_base64(str(content).partition("base64,")[2] or str(content))
    except ValueError as cause:
        raise NotAnAnswer(faults.GARBLED) from cause


def _body(request: ImageRequest) -> dict[str, Any]:
    taken = dict(request.parameters)
    extra = {name: taken.pop(name) for name in _EXTRA & taken.keys()}
    body: dict[str, Any] = {"model": request.model, "prompt": request.prompt, **taken}
    if extra:
        body["extra_body"] = extra
    if request.partial_images:
        body |= {"stream": True, "partial_images": request.partial_images}
    if request.sources:
        files = [_file(f"image{at}", image) for at, image in enumerate(request.sources)]
        body["image"] = files[0] if len(files) == 1 else files
        if request.mask:
            body["mask"] = _file("mask", request.mask)
    return body


def _file(name: str, image: Image) -> tuple[str, bytes, str]:
    return f"{name}.{_ENDINGS.get(image.media_type, 'png')}", image.data, image.media_type


async def _from_server(address: str, most: int) -> bytes:
    """From the provider's own address, which an administrator or a person has set."""
    import httpx2

    client = await http()
    content = bytearray()
    try:
        async with client.stream(
            "GET", address, timeout=FETCH_SECONDS, follow_redirects=False
        ) as answer:
            if answer.status_code != 200:
                raise ProviderDown(UNFETCHED)
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > most:
                    raise NotAnAnswer(TOO_LARGE, code="image_too_large")
    except httpx2.HTTPError as cause:
        raise faults.unreachable(cause) from cause
    return bytes(content)


def _place(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. `localhost` and 127.0.0.1 are one."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if host == "localhost" or (host[:1].isdigit() and ip_address(host).is_loopback):
            host = "127.0.0.1"
        return parts.scheme, host, parts.port
    except ValueError:
        return "", address, None
