"""Any server that speaks OpenAI's Chat Completions, with the habits of those that exist.

Protocol: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ioverse_app.providers import catalogue, exchange, faults, listing, openai_images
from ioverse_app.providers.body import detail
from ioverse_app.providers.client import BRIEF, PATIENT, Deadlines, openai_client, timeout
from ioverse_app.providers.errors import CutShort, NotAnAnswer, ProviderDown
from ioverse_app.providers.events import (
    Finished,
    FinishReason,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from ioverse_app.providers.pictures import chat_content
from ioverse_app.providers.provider import ImageRequest, Model, Request

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

_REASONS: Mapping[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}

_BODY_FIELDS = frozenset({"repetition_penalty", "repeat_penalty", "random_seed"})


class OpenAIChat:
    """A server at `base_url`. `key` may be None: many local servers ask for none.

    `fields` are the server's own words for parameters; what is `unsent` it refuses.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        name: str = "compatible",
        label: str | None = None,
        fields: Mapping[str, str] | None = None,
        unsent: Sequence[str] = (),
        deadlines: Deadlines = PATIENT,
        gather: float = exchange.GATHER,
    ) -> None:
        self.name = name
        self.label = label or catalogue.host_label(urlsplit(base_url).netloc.rpartition("@")[2])
        self._base_url = base_url
        self._key = key
        self._fields = {"max_output_tokens": "max_tokens", **(fields or {})}
        self._unsent = frozenset(unsent)
        self._deadlines = deadlines
        self._gather = gather
        self._counts_tokens = True
        self._new_limit: set[str] = set()

    async def models(self) -> list[Model]:
        """The chat models that the server lists."""
        client = await self._client(BRIEF)
        return await listing.models(client, self.name, self.label, self._headers())

    def stream(self, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """The answer, event by event; see `Provider`."""
        return exchange.answer(
            lambda: self._send(request),
            ChatReader(),
            deadlines=self._deadlines,
            gather=self._gather,
        )

    async def draw(self, request: ImageRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The images, event by event; see `Draws`."""
        client = await self._client(self._deadlines)
        async with aclosing(openai_images.draw(client, self._headers(), request)) as events:
            async for event in events:
                yield event

    async def fetch(self, address: str, most: int) -> bytes | None:
        """What is at an address of the server; see `Draws`."""
        return await openai_images.fetch(self._base_url, address, most)

    async def close(self) -> None:
        """Nothing of its own to give back: the connections are shared."""

    async def _client(self, deadlines: Deadlines) -> AsyncOpenAI:
        return (await openai_client()).with_options(
            api_key=self._key or "none", base_url=self._base_url, timeout=timeout(deadlines)
        )

    def _headers(self) -> dict[str, Any]:
        """What the SDK would say of OpenAI's own accounts is not for other servers."""
        from openai import Omit

        unsent = ["OpenAI-Organization", "OpenAI-Project"]
        return {name: Omit() for name in (unsent if self._key else [*unsent, "Authorization"])}

    async def _send(self, request: Request) -> httpx2.Response:
        """Ask; ask again in other words if the server says which word it does not know."""
        from openai import BadRequestError, UnprocessableEntityError

        client = await self._client(self._deadlines)
        while True:
            try:
                manager = client.chat.completions.with_streaming_response.create(
                    **self._body(request)
                )
                return (await manager.__aenter__()).http_response
            except (BadRequestError, UnprocessableEntityError) as refusal:
                said = faults.Complaint.read(refusal.body, refusal.status_code)
                if not self._learned(said, request.model):
                    raise

    def _learned(self, said: faults.Complaint, model: str) -> bool:
        if self._counts_tokens and said.names("stream_options"):
            self._counts_tokens = False
            return True
        if model not in self._new_limit and said.names("max_tokens"):
            self._new_limit.add(model)
            return True
        return False

    def _body(self, request: Request) -> dict[str, Any]:
        fields = dict(self._fields)
        if request.model in self._new_limit:
            fields["max_output_tokens"] = "max_completion_tokens"
        profile = catalogue.profile(f"{self.name}/{request.model}")
        taken = profile.taken(request.parameters)
        asked = {
            fields.get(name, name): value
            for name, value in taken.items()
            if name not in self._unsent
        }
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [
                {"role": t.role, "content": chat_content(t, profile.vision)} for t in request.turns
            ],
            "stream": True,
            "extra_headers": self._headers(),
            **{name: value for name, value in asked.items() if name not in _BODY_FIELDS},
        }
        if self._counts_tokens:
            body["stream_options"] = {"include_usage": True}
        if extra := {name: asked[name] for name in _BODY_FIELDS & asked.keys()}:
            body["extra_body"] = extra
        return body


class ChatReader:
    """The events of one streamed chat completion, or of one that came whole."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        self.done = False
        self._reason: FinishReason = "stop"
        self._usage: Usage | None = None

    def read(self, value: Any) -> Iterable[ProviderEvent]:
        """The events of one chunk."""
        if not isinstance(value, dict):
            raise NotAnAnswer(faults.GARBLED)
        chunk = cast("dict[str, Any]", value)
        if chunk.get("error"):
            raise faults.failure(faults.Complaint.read(chunk))
        self._count(chunk)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            return ()
        self.begun = True
        return self._chosen(cast("dict[str, Any]", choices[0])) if choices else ()

    def end(self) -> Iterable[ProviderEvent]:
        """The count and the end, which some servers send in the other order."""
        if self._usage:
            yield self._usage
        yield Finished(self._reason)

    def _chosen(self, choice: dict[str, Any]) -> Iterable[ProviderEvent]:
        delta = choice.get("delta") or choice.get("message") or {}
        events = list(_said(delta))
        if reason := choice.get("finish_reason"):
            self._ended(reason)
        return events

    def _ended(self, reason: str) -> None:
        if reason == "error":
            raise ProviderDown(faults.DOWN)
        if reason in ("abort", "cancelled"):
            raise CutShort(faults.CUT_SHORT)
        self._reason = _REASONS.get(reason, "stop")
        self.over = True

    def _count(self, chunk: dict[str, Any]) -> None:
        usage = chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage")
        if usage:
            self._usage = Usage(
                usage.get("prompt_tokens") or 0,
                usage.get("completion_tokens") or 0,
                detail(usage, "prompt_tokens_details", "cached_tokens"),
                detail(usage, "completion_tokens_details", "reasoning_tokens"),
            )


def _said(delta: dict[str, Any]) -> Iterator[ProviderEvent]:
    if thought := delta.get("reasoning") or delta.get("reasoning_content"):
        yield from _thought(thought)
    if content := delta.get("content"):
        yield from _content(content)
    if refusal := delta.get("refusal"):
        yield TextDelta(str(refusal))


def _thought(thought: Any) -> Iterator[ProviderEvent]:
    if isinstance(thought, str):
        yield ReasoningDelta(thought)
    elif isinstance(thought, list):
        for part in cast("list[Any]", thought):
            text = part.get("text") if isinstance(part, dict) else part
            if text:
                yield ReasoningDelta(str(text))


def _content(content: Any) -> Iterator[ProviderEvent]:
    """A string; or Mistral's list of texts and thoughts."""
    if isinstance(content, str):
        yield TextDelta(content)
    elif isinstance(content, list):
        for part in cast("list[Any]", content):
            if isinstance(part, str):
                yield TextDelta(part)
            elif part.get("type") == "thinking":
                yield from _thought(part.get("thinking"))
            elif part.get("text"):
                yield TextDelta(part["text"])
