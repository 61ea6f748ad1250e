"""The chunks of a chat completion, put together to the whole that a program asked for."""

from __future__ import annotations

from typing import Any

from ioverse_app.providers.relaying import Chunk

_TEXTS = ("content", "refusal", "reasoning", "reasoning_content")


class Gathered:
    """What has come so far."""

    def __init__(self) -> None:
        self._head: Chunk = {}
        self._choices: dict[int, _Choice] = {}
        self._usage: dict[str, Any] | None = None

    def add(self, chunk: Chunk) -> None:
        """One more."""
        more = {k: v for k, v in chunk.items() if k not in ("choices", "usage") and v is not None}
        self._head |= more
        self._usage = chunk.get("usage") or self._usage
        for choice in chunk["choices"]:
            self._choices.setdefault(choice["index"], _Choice()).add(choice)

    def completion(self) -> dict[str, Any]:
        """The whole."""
        choices = [{"index": i, **self._choices[i].whole()} for i in sorted(self._choices)]
        head = {**self._head, "object": "chat.completion"}
        return {**head, "choices": choices, "usage": self._usage}


class _Choice:
    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}
        self._others: dict[str, Any] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._logprobs: dict[str, Any] | None = None
        self._reason = "stop"

    def add(self, choice: Chunk) -> None:
        for name, value in choice["delta"].items():
            if value is None:
                continue
            if name in _TEXTS:
                self._said.setdefault(name, []).append(str(value))
            elif name == "tool_calls":
                for call in value:
                    self._call(call)
            else:
                self._others[name] = value
        for name, told in (choice.get("logprobs") or {}).items():
            self._logprobs = self._logprobs or {"content": None, "refusal": None}
            if isinstance(told, list):
                self._logprobs[name] = [*(self._logprobs.get(name) or ()), *told]
        self._reason = choice["finish_reason"] or self._reason

    def whole(self) -> dict[str, Any]:
        texts = {name: "".join(said) for name, said in self._said.items()}
        message: dict[str, Any] = {**self._others, "role": "assistant"}
        message |= {"content": None, "refusal": None, **texts}
        if self._calls:
            message["tool_calls"] = [self._calls[i] for i in sorted(self._calls)]
            message["content"] = message["content"] or None
        return {
            "message": message,
            "logprobs": self._logprobs,
            "finish_reason": self._reason,
        }

    def _call(self, more: dict[str, Any]) -> None:
        empty: dict[str, Any] = {"id": "", "type": "function", "function": {}}
        call = self._calls.setdefault(more.get("index", 0), empty)
        call["id"] = call["id"] or more.get("id") or ""
        function = more.get("function") or {}
        known = call["function"]
        known["name"] = known.get("name") or function.get("name") or ""
        known["arguments"] = known.get("arguments", "") + (function.get("arguments") or "")
