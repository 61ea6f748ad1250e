"""A request of Chat Completions in Anthropic's words, and its answer told back in chunks.

Protocols: https://platform.claude.com/docs/en/api/messages and
https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from ioverse_app.providers import faults
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.errors import NotAnAnswer, Refused, Unsupported
from ioverse_app.providers.events import Usage
from ioverse_app.providers.relaying import Body, Chunk, delta_chunk, usage_chunk

_HINTS = frozenset({"prompt_cache_key", "prompt_cache_retention", "stream", "stream_options"})
"""What changes nothing in the answer, so that it may be left out."""

_PLAIN: Mapping[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "store": (False,),
    "service_tier": ("auto", "default"),
    "modalities": (["text"],),
    "logit_bias": ({},),
    "metadata": ({},),
    "verbosity": ("medium",),
}
"""What can be asked for only where it says what is so anyway."""

_SAMPLING = ("temperature", "top_p")
_TAKEN = frozenset(
    {
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "stop",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "reasoning_effort",
        "user",
        "safety_identifier",
    }
)
_CHOICES = {"auto": "auto", "required": "any", "none": "none"}
_REASONS = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "tool_use": "tool_calls",
}


def messages_body(body: Body, profile: Profile, output_limit: int) -> dict[str, Any]:
    """The request as Anthropic takes it; Unsupported for what it has no word for."""
    try:
        return _translated(body, profile, output_limit)
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        raise Refused("The messages are not in the form of the API.", param="messages") from cause


def _translated(body: Body, profile: Profile, output_limit: int) -> dict[str, Any]:
    given = {k: v for k, v in body.items() if v is not None and k not in _HINTS}
    _check(given, profile)
    limit = given.get("max_completion_tokens") or given.get("max_tokens")
    made: dict[str, Any] = {
        "model": given["model"],
        "max_tokens": limit or profile.output_limit or output_limit,
        "messages": _messages(given["messages"]),
        "stream": True,
        **{k: given[k] for k in _SAMPLING if given.get(k) != 1 and k in given},
    }
    system = [_text(m["content"]) for m in given["messages"] if m["role"] in _SYSTEM]
    if system:
        made["system"] = "\n\n".join(system)
    if stop := given.get("stop"):
        made["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    if who := given.get("safety_identifier") or given.get("user"):
        made["metadata"] = {"user_id": who}
    if tools := given.get("tools"):
        made["tools"] = [_tool(tool) for tool in tools]
        made |= _tool_choice(given)
    if config := _output_config(given):
        made["output_config"] = config
    if given.get("reasoning_effort") == "none":
        made["thinking"] = {"type": "disabled"}
    elif given.get("reasoning_effort"):
        made["thinking"] = {"type": "adaptive", "display": "summarized"}
    return made


_SYSTEM = ("system", "developer")


def _check(given: Mapping[str, Any], profile: Profile) -> None:
    for name, value in given.items():
        if name in _TAKEN:
            continue
        if name in _SAMPLING:
            if value != 1 and name not in profile.parameters:
                raise Unsupported(name, f"This model does not take '{name}'. Leave it out.")
        elif value not in _PLAIN.get(name, ()):
            raise Unsupported(name)
    if given.get("reasoning_effort") and given["reasoning_effort"] not in profile.reasoning_efforts:
        raise Unsupported("reasoning_effort", "This model cannot be told so how much to think.")


def _messages(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Turns in turn: what several messages of one side say is one turn."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message["role"] in _SYSTEM:
            continue
        role = "assistant" if message["role"] == "assistant" else "user"
        blocks = list(_blocks(message))
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return turns


def _blocks(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    content = message.get("content")
    if message["role"] == "tool":
        answer = {"tool_use_id": message["tool_call_id"], "content": _text(content)}
        yield {"type": "tool_result", **answer}
        return
    if isinstance(content, str):
        if content.strip():
            yield {"type": "text", "text": content}
    else:
        yield from (_part(part) for part in content or ())
    for call in message.get("tool_calls") or ():
        function = call["function"]
        arguments = json.loads(function["arguments"] or "{}")
        told = {"id": call["id"], "name": function["name"], "input": arguments}
        yield {"type": "tool_use", **told}


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    match part["type"]:
        case "text":
            return {"type": "text", "text": part["text"]}
        case "refusal":
            return {"type": "text", "text": part["refusal"]}
        case "image_url":
            return {"type": "image", "source": _source(part["image_url"]["url"])}
        case "file" if part["file"].get("file_data"):
            return {"type": "document", "source": _source(part["file"]["file_data"])}
        case kind:
            raise Unsupported("messages", f"This model's provider takes no part '{kind}'.")


def _source(url: str) -> dict[str, str]:
    if not url.startswith("data:"):
        return {"type": "url", "url": url}
    kind, _, data = url.removeprefix("data:").partition(";base64,")
    return {"type": "base64", "media_type": kind, "data": data}


def _text(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part["text"] for part in content)


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool["type"] != "function":
        raise Unsupported("tools", f"This model's provider takes no tool '{tool['type']}'.")
    function = tool["function"]
    made = {
        "name": function["name"],
        "input_schema": function.get("parameters") or {"type": "object", "properties": {}},
    }
    for name in ("description", "strict"):
        if function.get(name):
            made[name] = function[name]
    return made


def _tool_choice(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = given.get("tool_choice")
    choice: dict[str, Any] = {}
    if isinstance(asked, str):
        choice = {"type": _CHOICES[asked]}
    elif asked and asked["type"] == "function":
        choice = {"type": "tool", "name": asked["function"]["name"]}
    elif asked:
        raise Unsupported("tool_choice")
    if given.get("parallel_tool_calls") is False and choice.get("type") != "none":
        choice = {"type": "auto", **choice, "disable_parallel_tool_use": True}
    return {"tool_choice": choice} if choice else {}


def _output_config(given: Mapping[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    effort = given.get("reasoning_effort")
    if effort and effort != "none":
        config["effort"] = effort
    wanted: dict[str, Any] = given.get("response_format") or {"type": "text"}
    if wanted["type"] == "json_schema":
        config["format"] = {"type": "json_schema", "schema": wanted["json_schema"]["schema"]}
    elif wanted["type"] != "text":
        raise Unsupported(
            "response_format", "This model's provider wants a JSON schema: use 'json_schema'."
        )
    return config


class MessageRelay:
    """The chunks of one streamed message. Only `message_stop` makes it complete."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        self.done = False
        self._read = 0
        self._cached = 0
        self._written = 0
        self._reason = "stop"
        self._calls = -1

    def read(self, value: Any) -> Iterable[Chunk]:
        """The chunks of one event of theirs; unknown ones are passed over."""
        if not isinstance(value, dict):
            raise NotAnAnswer(faults.GARBLED)
        event = cast("dict[str, Any]", value)
        match event.get("type"):
            case "message_start":
                self.begun = True
                self._count(event["message"])
                return (delta_chunk(role="assistant", content=""),)
            case "content_block_start":
                return self._block(event["content_block"])
            case "content_block_delta":
                return self._delta(event["delta"])
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

    def end(self) -> Iterable[Chunk]:
        """Why it ended, and the count."""
        yield delta_chunk(self._reason)
        if self._read or self._written:
            yield usage_chunk(Usage(self._read, self._written, self._cached))

    def _whole(self, message: dict[str, Any]) -> Iterable[Chunk]:
        self._count(message)
        self._stopped(message)
        self.over = self.done = True
        chunks = [delta_chunk(role="assistant", content="")]
        for block in message.get("content") or ():
            chunks += self._block(block)
            if block.get("type") == "tool_use" and block.get("input"):
                chunks.append(self._arguments(json.dumps(block["input"])))
        return chunks

    def _block(self, block: dict[str, Any]) -> list[Chunk]:
        match block.get("type"):
            case "tool_use":
                self._calls += 1
                function = {"name": block["name"], "arguments": ""}
                call = {"index": self._calls, "id": block["id"], "type": "function"}
                return [delta_chunk(tool_calls=[{**call, "function": function}])]
            case "text" if block.get("text"):
                return [delta_chunk(content=block["text"])]
            case "thinking" if block.get("thinking"):
                return [delta_chunk(reasoning_content=block["thinking"])]
            case _:
                return []

    def _delta(self, delta: dict[str, Any]) -> Iterable[Chunk]:
        match delta.get("type"):
            case "text_delta":
                return (delta_chunk(content=delta["text"]),)
            case "thinking_delta":
                return (delta_chunk(reasoning_content=delta["thinking"]),)
            case "input_json_delta" if delta.get("partial_json"):
                return (self._arguments(delta["partial_json"]),)
            case _:
                return ()

    def _arguments(self, more: str) -> Chunk:
        call = {"index": max(0, self._calls), "function": {"arguments": more}}
        return delta_chunk(tool_calls=[call])

    def _count(self, told: dict[str, Any]) -> None:
        """The prompt is all that was read, from the cache or not."""
        usage = told.get("usage") or {}
        names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        if read := sum(usage.get(name) or 0 for name in names):
            self._read = read
            self._cached = usage.get("cache_read_input_tokens") or 0
        self._written = usage.get("output_tokens") or self._written

    def _stopped(self, told: dict[str, Any]) -> None:
        if reason := told.get("stop_reason"):
            self._reason = _REASONS.get(reason, "stop")
