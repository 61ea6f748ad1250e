"""The chunks of a chat completion, told as the events of a response."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ioverse_app.providers.relaying import Chunk, usage_of

Event = dict[str, Any]

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Narrator:
    """Opens an item when the first of it comes and closes it when something else does."""

    def __init__(self) -> None:
        self._open: _Thought | _Message | _Call | None = None
        self._items = 0
        self._finish = "stop"
        self._usage: dict[str, Any] | None = None

    def tell(self, chunk: Chunk) -> Iterator[Event]:
        """The events of this chunk."""
        if chunk.get("usage"):
            self._usage = _usage(chunk["usage"])
        for choice in chunk["choices"]:
            delta = choice["delta"]
            if thought := delta.get("reasoning") or delta.get("reasoning_content"):
                yield from self._thought(str(thought))
            if said := delta.get("content"):
                yield from self._said("output_text", str(said))
            if refusal := delta.get("refusal"):
                yield from self._said("refusal", str(refusal))
            for call in delta.get("tool_calls") or ():
                yield from self._called(call)
            self._finish = choice["finish_reason"] or self._finish

    def end(self) -> Iterator[Event]:
        """The last events; what surrounds them is left to whoever asked."""
        yield from self._close()
        reason = _INCOMPLETE.get(self._finish)
        response: dict[str, Any] = {
            "status": "incomplete" if reason else "completed",
            "incomplete_details": {"reason": reason} if reason else None,
            "usage": self._usage,
        }
        yield {"type": f"response.{response['status']}", "response": response}

    def _thought(self, text: str) -> Iterator[Event]:
        if not isinstance(self._open, _Thought):
            yield from self._begin(_Thought(self._items))
        assert isinstance(self._open, _Thought)
        yield self._open.more(text)

    def _said(self, kind: str, text: str) -> Iterator[Event]:
        if not isinstance(self._open, _Message):
            yield from self._begin(_Message(self._items))
        assert isinstance(self._open, _Message)
        yield from self._open.more(kind, text)

    def _called(self, call: dict[str, Any]) -> Iterator[Event]:
        function = call.get("function") or {}
        index = call.get("index", 0)
        now = self._open
        new_id = call.get("id")
        if not isinstance(now, _Call) or now.index != index or (new_id and new_id != now.call_id):
            name = str(function.get("name") or "")
            begun = _Call(self._items, index, str(new_id or f"call_{secrets.token_hex(12)}"), name)
            yield from self._begin(begun)
            now = begun
        if more := function.get("arguments"):
            yield now.more(str(more))

    def _begin(self, item: _Thought | _Message | _Call) -> Iterator[Event]:
        yield from self._close()
        self._open = item
        self._items += 1
        yield from item.begin()

    def _close(self) -> Iterator[Event]:
        if self._open:
            yield from self._open.end()
        self._open = None


@dataclass(slots=True)
class _Thought:
    output_index: int
    id: str = field(default_factory=lambda: f"rs_{secrets.token_hex(16)}")
    text: list[str] = field(default_factory=list[str])

    def begin(self) -> Iterator[Event]:
        item = {"type": "reasoning", "id": self.id, "summary": []}
        yield {"type": _ADDED, "output_index": self.output_index, "item": item}
        yield {"type": f"{_SUMMARY}_part.added", **self._place(), "part": _summary("")}

    def more(self, text: str) -> Event:
        self.text.append(text)
        return {"type": f"{_SUMMARY}_text.delta", **self._place(), "delta": text}

    def end(self) -> Iterator[Event]:
        text = "".join(self.text)
        yield {"type": f"{_SUMMARY}_text.done", **self._place(), "text": text}
        yield {"type": f"{_SUMMARY}_part.done", **self._place(), "part": _summary(text)}
        item = {"type": "reasoning", "id": self.id, "summary": [_summary(text)]}
        yield {"type": _DONE, "output_index": self.output_index, "item": item}

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.output_index, "summary_index": 0}


@dataclass(slots=True)
class _Message:
    output_index: int
    id: str = field(default_factory=lambda: f"msg_{secrets.token_hex(16)}")
    kind: str = ""
    text: list[str] = field(default_factory=list[str])
    parts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def begin(self) -> Iterator[Event]:
        item = self._item("in_progress")
        yield {"type": _ADDED, "output_index": self.output_index, "item": item}

    def more(self, kind: str, text: str) -> Iterator[Event]:
        if kind != self.kind:
            yield from self._close_part()
            self.kind = kind
            yield {"type": f"{_PART}.added", **self._place(), "part": _part(kind, "")}
        self.text.append(text)
        yield {"type": f"response.{kind}.delta", **self._place(), "delta": text, **_odds(kind)}

    def end(self) -> Iterator[Event]:
        yield from self._close_part()
        item = self._item("completed")
        yield {"type": _DONE, "output_index": self.output_index, "item": item}

    def _close_part(self) -> Iterator[Event]:
        if not self.kind:
            return
        text = "".join(self.text)
        name = "refusal" if self.kind == "refusal" else "text"
        yield {
            "type": f"response.{self.kind}.done",
            **self._place(),
            name: text,
            **_odds(self.kind),
        }
        part = _part(self.kind, text)
        yield {"type": f"{_PART}.done", **self._place(), "part": part}
        self.parts.append(part)
        self.text, self.kind = [], ""

    def _item(self, status: str) -> dict[str, Any]:
        return {
            "type": "message",
            "id": self.id,
            "status": status,
            "role": "assistant",
            "content": list(self.parts),
        }

    def _place(self) -> dict[str, Any]:
        index = len(self.parts)
        return {"item_id": self.id, "output_index": self.output_index, "content_index": index}


@dataclass(slots=True)
class _Call:
    output_index: int
    index: int
    call_id: str
    name: str
    id: str = field(default_factory=lambda: f"fc_{secrets.token_hex(16)}")
    arguments: list[str] = field(default_factory=list[str])

    def begin(self) -> Iterator[Event]:
        item = self._item("in_progress")
        yield {"type": _ADDED, "output_index": self.output_index, "item": item}

    def more(self, arguments: str) -> Event:
        self.arguments.append(arguments)
        return {"type": f"{_ARGUMENTS}.delta", **self._place(), "delta": arguments}

    def end(self) -> Iterator[Event]:
        whole = "".join(self.arguments)
        done = {"name": self.name, "arguments": whole}
        yield {"type": f"{_ARGUMENTS}.done", **self._place(), **done}
        item = self._item("completed")
        yield {"type": _DONE, "output_index": self.output_index, "item": item}

    def _item(self, status: str) -> dict[str, Any]:
        return {
            "type": "function_call",
            "id": self.id,
            "call_id": self.call_id,
            "name": self.name,
            "arguments": "".join(self.arguments),
            "status": status,
        }

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.output_index}


_ADDED, _DONE = "response.output_item.added", "response.output_item.done"
_PART = "response.content_part"
_SUMMARY = "response.reasoning_summary"
_ARGUMENTS = "response.function_call_arguments"


def _summary(text: str) -> dict[str, str]:
    return {"type": "summary_text", "text": text}


def _part(kind: str, text: str) -> dict[str, Any]:
    if kind == "refusal":
        return {"type": kind, "refusal": text}
    return {"type": kind, "text": text, "annotations": [], "logprobs": []}


def _odds(kind: str) -> dict[str, Any]:
    return {} if kind == "refusal" else {"logprobs": []}


def _usage(told: dict[str, Any]) -> dict[str, Any]:
    usage = usage_of(told)
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
