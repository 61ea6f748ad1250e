"""Trying a provider out: what works, and how fast."""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal, cast

from ioverse_app.providers import catalogue, client, exchange, faults
from ioverse_app.providers.client import BRIEF, Deadlines, anthropic_client, timeout
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.errors import NotAnAnswer, ProviderError, TimedOut
from ioverse_app.providers.events import ReasoningDelta, TextDelta
from ioverse_app.providers.provider import Image, Model, Provider, Request, Turn

SECONDS = 10.0
"""How long a key is tried."""

EACH_SECONDS = 45.0
"""How long each part of a trial may take: a model on a slow computer has to be loaded first."""

_RED_SQUARE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42u3NMQEAAAQAMATRP5QwSvBtBZbTHZ8q"
    "ngkEAoFAIBAIBIIrC9KAAVhVsgYjAAAAAElFTkSuQmCC"
)
_PATIENT = Deadlines(first_byte=EACH_SECONDS, between_bytes=EACH_SECONDS, whole=EACH_SECONDS)
_TOOL = "tell_time"
_TOOL_ABOUT = "Tells what time it is in a city."
_TOOL_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
_TURNS = [{"role": "user", "content": "What time is it in Paris? Use the tool."}]

Outcome = Literal["works", "fails", "absent"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried. `absent` is what the provider or the model does not have."""

    name: str
    outcome: Outcome
    sentence: str
    seconds: float = 0.0


async def key(connection: Connection, secret: str) -> int:
    """How many models this key opens; raises ProviderError when the provider refuses it."""
    try:
        async with asyncio.timeout(SECONDS):
            if connection.preset and connection.preset.check:
                await _get(connection, secret, connection.preset.check)
            return len(await connection.provider(secret).models())
    except TimeoutError as cause:
        raise TimedOut(faults.NO_CONNECTION_IN_TIME) from cause


async def run(connection: Connection, secret: str | None) -> AsyncGenerator[Trial, None]:
    """Everything that can be tried, one after the other; without models it ends early."""
    provider = connection.provider(secret)
    models: list[Model] = []

    async def listed() -> str:
        models.extend(one for one in await provider.models() if not one.has_ended)
        return f"{len(models)} models" if len(models) != 1 else "1 model"

    first = await _tried("Models", listed)
    yield first
    if not models:
        return
    word = _for_a_word(models)
    yield await _tried("Streaming", lambda: _word(provider, word))
    sighted = next((one for one in models if catalogue.profile(one.ref).vision), None)
    if sighted:
        yield await _tried("Pictures", lambda: _picture(provider, sighted))
    else:
        yield Trial("Pictures", "absent", "No model that sees pictures is listed.")
    if connection.preset:
        yield await _tried("Tools", lambda: _tool(connection, secret, word))
        if connection.preset.protocol == "anthropic":
            yield Trial("Embeddings", "absent", "This provider has no embeddings.")
        else:
            yield await _embeddings(connection, secret)


def _for_a_word(models: list[Model]) -> Model:
    """The cheapest of those whose price is known, or the first."""
    priced = [(catalogue.profile(one.ref).output_price or 0, one) for one in models]
    priced = [each for each in priced if each[0]]
    return min(priced, key=lambda each: each[0])[1] if priced else models[0]


async def _tried(name: str, attempt: Callable[[], Awaitable[str]]) -> Trial:
    began = time.monotonic()
    try:
        async with asyncio.timeout(EACH_SECONDS):
            said = await attempt()
    except ProviderError as failed:
        return Trial(name, "fails", failed.message, time.monotonic() - began)
    except TimeoutError:
        return Trial(name, "fails", faults.NO_FIRST_BYTE, time.monotonic() - began)
    return Trial(name, "works", said, time.monotonic() - began)


async def _word(provider: Provider, model: Model) -> str:
    began = time.monotonic()
    first = await _first_words(provider, model, Turn("user", "Say only: ready"))
    return f"{model.label} said “{first}”, its first word after {time.monotonic() - began:.1f} s"


async def _picture(provider: Provider, model: Model) -> str:
    turn = Turn("user", "Which colour is this? One word.", [Image("image/png", _RED_SQUARE)])
    return f"{model.label} saw “{await _first_words(provider, model, turn)}”"


async def _first_words(provider: Provider, model: Model, turn: Turn) -> str:
    """The beginning of an answer, as soon as there is one; the rest is not waited for."""
    said, thought = "", False
    request = Request(catalogue.profile(model.ref).model, [turn])
    async with aclosing(provider.stream(request)) as events:
        async for event in events:
            thought = thought or isinstance(event, ReasoningDelta)
            if isinstance(event, TextDelta) and (said := said + event.text).strip():
                return faults.quote(said.strip())[:40]
    if thought:
        return "…"
    raise NotAnAnswer(faults.NOTHING)


async def _tool(connection: Connection, secret: str | None, model: Model) -> str:
    protocol = connection.preset.protocol if connection.preset else "chat"
    ask = {"responses": _of_responses, "anthropic": _of_anthropic}.get(protocol, _of_chat)
    answer = await ask(connection, secret, model.ref.partition("/")[2])
    if _TOOL not in str(answer):
        raise NotAnAnswer(f"{model.label} answered without the tool.")
    return f"{model.label} asked for the tool"


async def _of_chat(connection: Connection, secret: str | None, model: str) -> Any:
    function = {"name": _TOOL, "description": _TOOL_ABOUT, "parameters": _TOOL_SCHEMA}
    tools = [{"type": "function", "function": function}]
    body = {"model": model, "messages": _TURNS, "tools": tools}
    return await _post(connection, secret, "chat/completions", body)


async def _of_responses(connection: Connection, secret: str | None, model: str) -> Any:
    tool = {"type": "function", "name": _TOOL, "parameters": _TOOL_SCHEMA}
    body = {"model": model, "input": _TURNS, "tools": [tool], "store": False}
    return await _post(connection, secret, "responses", body)


async def _of_anthropic(connection: Connection, secret: str | None, model: str) -> Any:
    client = (await anthropic_client()).with_options(
        api_key=secret or "", base_url=connection.base_url, timeout=timeout(_PATIENT)
    )
    tool: Any = {"name": _TOOL, "description": _TOOL_ABOUT, "input_schema": _TOOL_SCHEMA}
    turns: Any = _TURNS

    async def send() -> Any:
        answer = await client.messages.with_raw_response.create(
            model=model, max_tokens=1024, messages=turns, tools=[tool]
        )
        return answer.http_response

    return await exchange.question(send, deadlines=_PATIENT)


async def _embeddings(connection: Connection, secret: str | None) -> Trial:
    try:
        answer = await _get(connection, secret, "models")
    except ProviderError as failed:
        return Trial("Embeddings", "fails", failed.message)
    rows = cast("dict[str, Any]", answer).get("data") if isinstance(answer, dict) else answer
    names = [str(row.get("id")) for row in rows or () if isinstance(row, dict)]
    found = next((name for name in names if "embed" in name.lower()), None)
    if found is None:
        return Trial("Embeddings", "absent", "No model for embeddings is listed.")

    async def attempt() -> str:
        body = {"model": found, "input": "ready"}
        told: Any = await _post(connection, secret, "embeddings", body)
        try:
            return f"{found} gave {len(told['data'][0]['embedding'])} numbers"
        except (KeyError, IndexError, TypeError) as cause:
            raise NotAnAnswer(faults.GARBLED) from cause

    return await _tried("Embeddings", attempt)


async def _get(connection: Connection, secret: str | None, path: str) -> Any:
    return await _sent(connection, secret, "GET", path, None, BRIEF)


async def _post(connection: Connection, secret: str | None, path: str, body: object) -> Any:
    return await _sent(connection, secret, "POST", path, body, _PATIENT)


async def _sent(
    connection: Connection,
    secret: str | None,
    method: str,
    path: str,
    body: object,
    deadlines: Deadlines,
) -> Any:
    import httpx2

    http = await client.http()
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    try:
        async with asyncio.timeout(deadlines.whole):
            answer = await http.request(
                method, f"{connection.base_url.rstrip('/')}/{path}", json=body, headers=headers
            )
    except TimeoutError as cause:
        raise TimedOut(faults.NO_FIRST_BYTE) from cause
    except httpx2.HTTPError as cause:
        raise faults.unreachable(cause) from cause
    return exchange.read_whole(answer)
