"""Requests in OpenAI's own words that are passed on as they are: what `/v1` asks of a provider.

A chunk is one of Chat Completions', whoever answers.
Protocol: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from ioverse_app.providers import faults
from ioverse_app.providers.body import detail
from ioverse_app.providers.errors import CutShort, NotAnAnswer, ProviderDown
from ioverse_app.providers.events import Usage

Body = Mapping[str, Any]
Chunk = dict[str, Any]
Question = Literal["embeddings", "moderations"]

GATHER = 0.0
"""Bytes do not gather: with 100 streams of 50 chunks a second that made them 9 ms later."""

_REASONS = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "function_call",
}
_TIERS = ("auto", "default", "flex", "scale", "priority", "fast")


class RelayReader:
    """The chunks of one streamed chat completion, made whole where a server is careless."""

    def __init__(self, choices: int = 1) -> None:
        self.begun = False
        self.over = False
        self.done = False
        self._choices = choices
        self._finished: set[int] = set()
        self._calling: set[int] = set()

    def read(self, value: Any) -> Iterable[Chunk]:
        """This chunk, if it says anything."""
        if not isinstance(value, dict):
            raise NotAnAnswer(faults.GARBLED)
        chunk = cast(Chunk, value)
        if chunk.get("error"):
            raise faults.failure(faults.Complaint.read(chunk))
        choices = chunk.get("choices")
        if isinstance(choices, list):
            self.begun = True
        else:
            choices = []
        usage = chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage")
        if not choices and not usage:
            return ()
        chunk["choices"] = [self._choice(choice) for choice in cast("list[Any]", choices)]
        chunk["usage"] = whole_usage(usage) if usage else None
        if "service_tier" in chunk and chunk["service_tier"] not in _TIERS:
            del chunk["service_tier"]
        return (chunk,)

    def end(self) -> Iterable[Chunk]:
        """Nothing more: the count of tokens is a chunk like the others."""
        return ()

    def _choice(self, choice: Chunk) -> Chunk:
        index = choice.setdefault("index", 0)
        if "delta" not in choice:  # it came in one piece
            choice["delta"] = _delta(choice.pop("message", None) or {})
        delta = choice["delta"]
        if isinstance(delta.get("content"), list):
            _flatten(delta)
        if delta.get("tool_calls"):
            self._calling.add(index)
        reason = choice.get("finish_reason")
        choice["finish_reason"] = self._reason(reason, index) if reason else None
        return choice

    def _reason(self, reason: str, index: int) -> str:
        if reason == "error":
            raise ProviderDown(faults.DOWN)
        if reason in ("abort", "cancelled"):
            raise CutShort(faults.CUT_SHORT)
        self._finished.add(index)
        self.over = len(self._finished) >= self._choices
        known = _REASONS.get(reason, "stop")
        return "tool_calls" if known == "stop" and index in self._calling else known


def whole_usage(usage: Any) -> dict[str, Any]:
    """A count of tokens with the numbers that every client expects."""
    counted = usage_of(usage)
    details = {k: v for k, v in usage.items() if k.endswith("_details") and isinstance(v, dict)}
    return {
        "prompt_tokens": counted.prompt_tokens,
        "completion_tokens": counted.completion_tokens,
        "total_tokens": counted.prompt_tokens + counted.completion_tokens,
        **details,
    }


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """The same, as the ledger counts it."""
    return Usage(
        _number(usage.get("prompt_tokens")),
        _number(usage.get("completion_tokens")),
        detail(usage, "prompt_tokens_details", "cached_tokens"),
        detail(usage, "completion_tokens_details", "reasoning_tokens"),
    )


def usage_chunk(usage: Usage) -> Chunk:
    """A count of tokens, as the last chunk tells it."""
    told: dict[str, Any] = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
    if usage.cached_tokens:
        told["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    if usage.reasoning_tokens:
        told["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return {"choices": [], "usage": told}


def delta_chunk(finish: str | None = None, **delta: Any) -> Chunk:
    """A chunk of the only choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"choices": [choice], "usage": None}


def _delta(message: Chunk) -> Chunk:
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return {k: v for k, v in message.items() if k != "tool_calls"}
    numbered = [{"index": i, **call} for i, call in enumerate(cast("list[Any]", calls))]
    return {**message, "tool_calls": numbered}


def _flatten(delta: Chunk) -> None:
    """Mistral's list of texts and thoughts, as a text and a thought."""
    said: list[str] = []
    thought: list[str] = []
    for part in delta["content"]:
        if isinstance(part, str):
            said.append(part)
        elif part.get("type") == "thinking":
            inside = part.get("thinking")
            pieces = inside if isinstance(inside, list) else [{"text": inside}]
            thought += [str(p.get("text") or "") for p in pieces]
        else:
            said.append(str(part.get("text") or ""))
    delta["content"] = "".join(said)
    if thought:
        delta["reasoning_content"] = "".join(thought)


def _number(told: Any) -> int:
    return told if isinstance(told, int) and told > 0 else 0
