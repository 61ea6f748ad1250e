"""The one HTTP client of the process, and the SDKs built once on top of it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2
    from anthropic import AsyncAnthropic
    from openai import AsyncOpenAI


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait, in seconds: to connect, for the first byte, between bytes, in all."""

    connect: float = 10.0
    first_byte: float = 180.0
    between_bytes: float = 120.0
    whole: float = 3600.0


PATIENT = Deadlines()
"""For answers: a model on a slow computer reads a long time before its first word."""

BRIEF = Deadlines(connect=4.0, first_byte=5.0, between_bytes=5.0, whole=5.0)
"""For questions whose answer a person waits for before anything else, like the list of models."""

OPENAI = "https://api.openai.com/v1"
"""OpenAI's own address."""

_THIS_COMPUTER = ("all://127.0.0.1", "all://localhost", "all://[::1]")
_CONNECTIONS = 1000
_KEPT_ALIVE = 100


@dataclass(frozen=True, slots=True)
class _Shared:
    loop: asyncio.AbstractEventLoop
    http: httpx2.AsyncClient
    openai: AsyncOpenAI


_shared: _Shared | None = None
_anthropic: tuple[_Shared, AsyncAnthropic] | None = None

Failures = tuple[type[Exception], ...]


def timeout(deadlines: Deadlines) -> httpx2.Timeout:
    """What the HTTP stack itself watches; the rest of the deadlines is kept by the exchange."""
    import httpx2

    return httpx2.Timeout(None, connect=deadlines.connect, pool=deadlines.connect)


async def openai_client() -> AsyncOpenAI:
    """The SDK client that all providers share; give it a key and an address by `with_options`."""
    return (await _ready()).openai


async def anthropic_client() -> AsyncAnthropic:
    """Anthropic's SDK on the same HTTP client, loaded when somebody first asks for it."""
    global _anthropic
    shared = await _ready()
    if _anthropic is None or _anthropic[0] is not shared:
        _anthropic = shared, await asyncio.to_thread(_load_anthropic, shared.http)
    return _anthropic[1]


def refusals() -> Failures:
    """What the SDKs raise when the server answers with a status that is an error."""
    return tuple(sdk.APIStatusError for sdk in _sdks())


def broken_connections() -> Failures:
    """What the SDKs raise when the server does not answer at all."""
    return tuple(sdk.APIConnectionError for sdk in _sdks())


async def http() -> httpx2.AsyncClient:
    """The HTTP client itself, for whoever speaks another protocol than OpenAI's."""
    return (await _ready()).http


async def close() -> None:
    """Close every connection. The next call opens a new client."""
    global _shared, _anthropic
    shared, _shared, _anthropic = _shared, None, None
    if shared and shared.loop is asyncio.get_running_loop():
        await shared.http.aclose()


async def _ready() -> _Shared:
    """The first call loads the SDK in a thread: 0.6 s and 40 MB that an idle process spares."""
    global _shared
    loop = asyncio.get_running_loop()
    if _shared is None or _shared.loop is not loop:
        http, openai = await asyncio.to_thread(_load)
        if _shared is None or _shared.loop is not loop:
            _shared = _Shared(loop, http, openai)
    return _shared


def _load() -> tuple[httpx2.AsyncClient, AsyncOpenAI]:
    import httpx2
    from openai import AsyncOpenAI, DefaultAioHttpClient

    # With 100 streams of 50 chunks a second, a chunk takes 31 us of CPU with aiohttp below httpx2
    # and 73 us with its own transport; 41 and 92 over TLS.
    http = DefaultAioHttpClient(
        limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_KEPT_ALIVE),
        timeout=timeout(PATIENT),
        mounts=dict.fromkeys(_THIS_COMPUTER),  # never through the proxy of the environment
    )
    openai = AsyncOpenAI(api_key="none", base_url=OPENAI, http_client=http, max_retries=0)
    # Resources are imported on first touch, 0.15 s: do it here, off the event loop.
    _ = openai.responses.with_streaming_response, openai.chat.completions.with_streaming_response
    _ = openai.models.with_raw_response
    return http, openai


def _load_anthropic(http: httpx2.AsyncClient) -> AsyncAnthropic:
    from anthropic import AsyncAnthropic

    made = AsyncAnthropic(api_key="none", http_client=http, max_retries=0)
    _ = made.messages.with_streaming_response, made.models.with_raw_response
    return made


def _sdks() -> list[Any]:
    return [sys.modules[name] for name in ("openai", "anthropic") if name in sys.modules]
