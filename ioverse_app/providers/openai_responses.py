"""OpenAI, through its Responses protocol. Nothing is kept there: `store` is false.

Protocol: https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from ioverse_app.providers import catalogue, exchange, faults, listing, openai_images
from ioverse_app.providers.body import detail
from ioverse_app.providers.client import (
    BRIEF,
    OPENAI,
    PATIENT,
    Deadlines,
    openai_client,
    timeout,
)
from ioverse_app.providers.errors import CutShort, NotAnAnswer
from ioverse_app.providers.events import (
    Finished,
    FinishReason,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from ioverse_app.providers.pictures import responses_content
from ioverse_app.providers.provider import ImageRequest, Model, Request

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

_INCOMPLETE: Mapping[str, FinishReason] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}


class OpenAIResponses:
    """OpenAI with one key."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str = OPENAI,
        name: str = "openai",
        label: str = "OpenAI",
        deadlines: Deadlines = PATIENT,
        gather: float = exchange.GATHER,
    ) -> None:
        self.name = name
        self.label = label
        self._key = key
        self._base_url = base_url
        self._deadlines = deadlines
        self._gather = gather
        self._summaries = True

    async def models(self) -> list[Model]:
        """The chat models that this key may use."""
        return await listing.models(await self._client(BRIEF), self.name, self.label)

    def stream(self, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """The answer, event by event; see `Provider`."""
        return exchange.answer(
            lambda: self._send(request),
            ResponsesReader(),
            deadlines=self._deadlines,
            gather=self._gather,
        )

    async def draw(self, request: ImageRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The images, event by event; see `Draws`."""
        client = await self._client(self._deadlines)
        async with aclosing(openai_images.draw(client, {}, request)) as events:
            async for event in events:
                yield event

    async def fetch(self, address: str, most: int) -> bytes | None:
        """What is at an address of the server; see `Draws`."""
        return await openai_images.fetch(self._base_url, address, most)

    async def close(self) -> None:
        """Nothing of its own to give back: the connections are shared."""

    async def _client(self, deadlines: Deadlines) -> AsyncOpenAI:
        return (await openai_client()).with_options(
            api_key=self._key, base_url=self._base_url, timeout=timeout(deadlines)
        )

    async def _send(self, request: Request) -> httpx2.Response:
        """Ask; once more without summaries of reasoning, which not every account may have."""
        from openai import BadRequestError

        client = await self._client(self._deadlines)
        while True:
            try:
                manager = client.responses.with_streaming_response.create(**self._body(request))
                return (await manager.__aenter__()).http_response
            except BadRequestError as refusal:
                said = faults.Complaint.read(refusal.body, refusal.status_code)
                if not (self._summaries and said.names("reasoning.summary")):
                    raise
                self._summaries = False

    def _body(self, request: Request) -> dict[str, Any]:
        profile = catalogue.profile(f"{self.name}/{request.model}")
        asked = profile.taken(request.parameters)
        effort = asked.pop("reasoning_effort", None)
        reasoning: dict[str, str] = {"effort": effort} if effort else {}
        if self._summaries and profile.reasoning_efforts and effort != "none":
            reasoning["summary"] = "auto"
        return {
            "model": request.model,
            "input": [
                {"role": t.role, "content": responses_content(t, profile.vision)}
                for t in request.turns
            ],
            "stream": True,
            "store": False,
            **asked,
            **({"reasoning": reasoning} if reasoning else {}),
        }


class ResponsesReader:
    """The events of one streamed response. Only `response.completed` makes it complete."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        self.done = False
        self._last: list[ProviderEvent] = []
        self._spoke = False

    def read(self, value: Any) -> Iterable[ProviderEvent]:
        """The events of one event of theirs; unknown ones are passed over."""
        if not isinstance(value, dict):
            raise NotAnAnswer(faults.GARBLED)
        event = cast("dict[str, Any]", value)
        kind = event.get("type")
        match kind:
            case "response.output_text.delta" | "response.refusal.delta":
                self._spoke = self.begun = True
                return (TextDelta(str(event["delta"])),)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return (ReasoningDelta(str(event["delta"])),)
            case "response.reasoning_summary_part.added" if event.get("summary_index"):
                return (ReasoningDelta("\n\n"),)
            case "response.completed" | "response.incomplete" | "response.failed":
                return self._ended(cast("dict[str, Any]", event.get("response") or {}))
            case "response.cancelled":
                raise CutShort(faults.CUT_SHORT)
            case "error":
                raise faults.failure(faults.Complaint.read(_without_type(event)))
            case _ if event.get("error"):
                raise faults.failure(faults.Complaint.read(event))
            case _:
                self.begun = self.begun or isinstance(kind, str)
                return ()

    def end(self) -> Iterable[ProviderEvent]:
        """The count and the end."""
        return self._last

    def _ended(self, response: dict[str, Any]) -> Iterable[ProviderEvent]:
        if response.get("status") == "failed" or response.get("error"):
            raise faults.failure(faults.Complaint.read(response.get("error") or {}))
        why = (response.get("incomplete_details") or {}).get("reason")
        if why and why not in _INCOMPLETE:
            raise CutShort(faults.CUT_SHORT, reason=why)
        self._last = [*_usage(response), Finished(_INCOMPLETE[why] if why else "stop")]
        self.over = self.done = True
        return () if self._spoke else _unstreamed(response)


def _without_type(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "type"}


def _usage(response: dict[str, Any]) -> list[Usage]:
    usage = response.get("usage")
    if not usage:
        return []
    return [
        Usage(
            usage.get("input_tokens") or 0,
            usage.get("output_tokens") or 0,
            detail(usage, "input_tokens_details", "cached_tokens"),
            detail(usage, "output_tokens_details", "reasoning_tokens"),
        )
    ]


def _unstreamed(response: dict[str, Any]) -> Iterable[ProviderEvent]:
    """The text of a response that came in one piece, or whose deltas were not sent."""
    for item in response.get("output") or []:
        if item.get("type") == "message":
            for part in item.get("content") or []:
                if text := part.get("text") or part.get("refusal"):
                    yield TextDelta(text)
