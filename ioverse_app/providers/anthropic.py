"""Anthropic, through its own protocol.

Protocol: https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from ioverse_app.providers import catalogue, exchange, faults, listing, relaying
from ioverse_app.providers.anthropic_relay import MessageRelay, messages_body
from ioverse_app.providers.client import (
    BRIEF,
    PATIENT,
    Deadlines,
    anthropic_client,
    timeout,
)
from ioverse_app.providers.errors import NotAnAnswer, Unsupported
from ioverse_app.providers.events import (
    Finished,
    FinishReason,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from ioverse_app.providers.provider import Model, Request, Turn
from ioverse_app.providers.relaying import Body, Chunk, Question
from ioverse_app.providers.responses_by_chat import responses

if TYPE_CHECKING:
    import httpx2
    from anthropic import AsyncAnthropic

ADDRESS = "https://api.anthropic.com"
OUTPUT_LIMIT = 8192
"""Asked for where the model's own limit is not known: a request without one is refused."""

_LISTED = 1000
_REASONS: Mapping[str, FinishReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "tool_use": "tool_calls",
}


class Anthropic:
    """Anthropic with one key."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str = ADDRESS,
        name: str = "anthropic",
        label: str = "Anthropic",
        deadlines: Deadlines = PATIENT,
        gather: float = exchange.GATHER,
    ) -> None:
        self.name = name
        self.label = label
        self._key = key
        self._base_url = base_url.rstrip("/").removesuffix("/v1")
        self._deadlines = deadlines
        self._gather = gather

    async def models(self) -> list[Model]:
        """The models that this key may use."""
        client = await self._client(BRIEF)

        async def send() -> httpx2.Response:
            listed = await client.models.with_raw_response.list(limit=_LISTED)
            return listed.http_response

        return listing.chosen(await exchange.question(send, deadlines=BRIEF), self.name, self.label)

    def stream(self, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """The answer, event by event; see `Provider`."""
        return exchange.answer(
            lambda: self._send(request),
            MessagesReader(),
            deadlines=self._deadlines,
            gather=self._gather,
        )

    def relay(self, body: Body) -> AsyncGenerator[list[Chunk], None]:
        """The chunks of a chat completion, translated; see `Provider`."""
        return exchange.batches(
            lambda: self._pass_on(body),
            MessageRelay(),
            deadlines=self._deadlines,
            gather=relaying.GATHER,
        )

    def respond(self, body: Body) -> AsyncGenerator[list[Chunk], None]:
        """The events of a response, which this protocol does not know; see `Provider`."""
        return responses(self.relay, body)

    async def ask(self, question: Question, body: Body) -> dict[str, Any]:
        """Anthropic only talks; see `Provider`."""
        raise Unsupported("model", f"Anthropic has no {question}. Choose another model.")

    async def close(self) -> None:
        """Nothing of its own to give back: the connections are shared."""

    async def _client(self, deadlines: Deadlines) -> AsyncAnthropic:
        return (await anthropic_client()).with_options(
            api_key=self._key, base_url=self._base_url, timeout=timeout(deadlines)
        )

    async def _send(self, request: Request) -> httpx2.Response:
        client = await self._client(self._deadlines)
        manager = client.messages.with_streaming_response.create(**self._body(request))
        return (await manager.__aenter__()).http_response

    async def _pass_on(self, body: Body) -> httpx2.Response:
        client = await self._client(self._deadlines)
        profile = catalogue.profile(f"{self.name}/{body['model']}")
        manager = client.messages.with_streaming_response.create(
            model="",
            max_tokens=1,
            messages=[],
            stream=True,
            extra_body=messages_body(body, profile, OUTPUT_LIMIT),
        )
        return (await manager.__aenter__()).http_response

    def _body(self, request: Request) -> dict[str, Any]:
        profile = catalogue.profile(f"{self.name}/{request.model}")
        asked = profile.taken(request.parameters)
        body: dict[str, Any] = {
            "model": request.model,
            "max_tokens": asked.get("max_output_tokens") or profile.output_limit or OUTPUT_LIMIT,
            "messages": [_message(t, profile.vision) for t in request.turns if _speaks(t)],
            "stream": True,
        }
        if system := "\n\n".join(t.content for t in request.turns if t.role == "system"):
            body["system"] = system
        if stop := asked.get("stop"):
            body["stop_sequences"] = [stop] if isinstance(stop, str) else list(stop)
        return {**body, **_thinking(profile.reasoning_efforts, asked.get("reasoning_effort"))}


def _thinking(efforts: tuple[str, ...], effort: str | None) -> dict[str, Any]:
    """How much to think, for a model that can be told; its thoughts come as a summary."""
    if not efforts:
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    adaptive = {"thinking": {"type": "adaptive", "display": "summarized"}}
    return {**adaptive, "output_config": {"effort": effort}} if effort else adaptive


def _speaks(turn: Turn) -> bool:
    """The system has a field of its own, and an empty turn is refused."""
    return turn.role != "system" and bool(turn.content.strip() or turn.images)


def _message(turn: Turn, sees: bool) -> dict[str, Any]:
    if not (turn.images and sees):
        return {"role": turn.role, "content": turn.content}
    pictures = [
        {
            "type": "image",
            "source": {
                "type": "base64",
                "media_type": image.media_type,
                "data": b64encode(image.data).decode(),
            },
        }
        for image in turn.images
    ]
    text = [{"type": "text", "text": turn.content}] if turn.content.strip() else []
    return {"role": turn.role, "content": [*pictures, *text]}


class MessagesReader:
    """The events of one streamed message. Only `message_stop` makes it complete."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        self.done = False
        self._read = 0
        self._written = 0
        self._reason: FinishReason = "stop"
        self._thoughts = 0

    def read(self, value: Any) -> Iterable[ProviderEvent]:
        """The events of one event of theirs; unknown ones are passed over."""
        if not isinstance(value, dict):
            raise NotAnAnswer(faults.GARBLED)
        event = cast("dict[str, Any]", value)
        match event.get("type"):
            case "message_start":
                self.begun = True
                self._count(event["message"])
            case "content_block_start":
                return self._block(event["content_block"])
            case "content_block_delta":
                return _delta(event["delta"])
            case "message_delta":
                self._count(event)
                self._stopped(event["delta"])
            case "message_stop":
                self.over = self.done = True
            case "message":  # it came in one piece
                return self._whole(event)
            case "error":
                raise faults.failure(faults.Complaint.read(event))
            case _ if event.get("error"):
                raise faults.failure(faults.Complaint.read(event))
            case _:
                pass
        return ()

    def end(self) -> Iterable[ProviderEvent]:
        """The count and the end."""
        if self._read or self._written:
            yield Usage(self._read, self._written)
        yield Finished(self._reason)

    def _block(self, block: dict[str, Any]) -> Iterable[ProviderEvent]:
        if block.get("type") == "thinking":
            self._thoughts += 1
            if self._thoughts > 1:
                yield ReasoningDelta("\n\n")
        yield from _said(block)

    def _whole(self, message: dict[str, Any]) -> Iterable[ProviderEvent]:
        self._count(message)
        self._stopped(message)
        self.over = self.done = True
        return [event for block in message.get("content") or () for event in _said(block)]

    def _count(self, told: dict[str, Any]) -> None:
        """The prompt is all that was read, from the cache or not."""
        usage = told.get("usage") or {}
        names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        if read := sum(usage.get(name) or 0 for name in names):
            self._read = read
        self._written = usage.get("output_tokens") or self._written

    def _stopped(self, told: dict[str, Any]) -> None:
        if reason := told.get("stop_reason"):
            self._reason = _REASONS.get(reason, "stop")


def _delta(delta: dict[str, Any]) -> Iterable[ProviderEvent]:
    match delta.get("type"):
        case "text_delta":
            return (TextDelta(str(delta["text"])),)
        case "thinking_delta":
            return (ReasoningDelta(str(delta["thinking"])),)
        case _:
            return ()


def _said(block: dict[str, Any]) -> Iterable[ProviderEvent]:
    """What a block holds already when it begins, or as a whole."""
    if block.get("type") == "text" and block.get("text"):
        yield TextDelta(str(block["text"]))
    elif block.get("type") == "thinking" and block.get("thinking"):
        yield ReasoningDelta(str(block["thinking"]))
