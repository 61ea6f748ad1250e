"""A request of Responses, for a provider that knows Chat Completions only.

Protocol: https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from ioverse_app.providers.errors import Refused, Unsupported
from ioverse_app.providers.narrating import Narrator
from ioverse_app.providers.relaying import Body, Chunk

Relay = Callable[[Body], AsyncGenerator[list[Chunk], None]]

_SAME = (
    "model",
    "temperature",
    "top_p",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
)
_ANY_TIER = ("auto", "default")


async def responses(relay: Relay, body: Body) -> AsyncGenerator[list[Chunk], None]:
    """The events of a response, made of the chunks of a chat completion."""
    narrator = Narrator()
    async with aclosing(relay(chat_body(body))) as chunks:
        async for together in chunks:
            if events := [event for chunk in together for event in narrator.tell(chunk)]:
                yield events
    yield list(narrator.end())


def chat_body(body: Body) -> dict[str, Any]:
    """The same request in the words of Chat Completions; Unsupported where it has none."""
    try:
        return _translated(body)
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        raise Refused(
            "The input is not in the form of the Responses API.", param="input"
        ) from cause


def _translated(body: Body) -> dict[str, Any]:
    _check(body)
    chat = {name: body[name] for name in _SAME if body.get(name) is not None}
    chat["messages"] = [*_instructed(body.get("instructions")), *_messages(body["input"])]
    if (limit := body.get("max_output_tokens")) is not None:
        chat["max_completion_tokens"] = limit
    if (tier := body.get("service_tier")) not in (None, *_ANY_TIER):
        chat["service_tier"] = tier
    if tools := body.get("tools"):
        chat["tools"] = [_tool(tool) for tool in tools]
        if (choice := body.get("tool_choice")) is not None:
            chat["tool_choice"] = _choice(choice)
        if (parallel := body.get("parallel_tool_calls")) is not None:
            chat["parallel_tool_calls"] = parallel
    if effort := (body.get("reasoning") or {}).get("effort"):
        chat["reasoning_effort"] = effort
    text = body.get("text") or {}
    if verbosity := text.get("verbosity"):
        chat["verbosity"] = verbosity
    if wanted := _format(text.get("format")):
        chat["response_format"] = wanted
    return chat


def _check(body: Body) -> None:
    for name in ("top_logprobs", "max_tool_calls"):
        if body.get(name):
            raise Unsupported(name)
    if body.get("truncation") == "auto":
        raise Unsupported("truncation", "This model's provider cannot leave out what is too long.")
    if "message.output_text.logprobs" in (body.get("include") or ()):
        raise Unsupported("include", "This model's provider tells no logprobs in responses.")


def _instructed(instructions: str | None) -> list[dict[str, Any]]:
    return [{"role": "system", "content": instructions}] if instructions else []


def _messages(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for item in items:
        match item.get("type", "message"):
            case "message":
                messages.append(_message(item))
            case "function_call":
                if not (messages and messages[-1]["role"] == "assistant"):
                    messages.append({"role": "assistant", "content": None})
                messages[-1].setdefault("tool_calls", []).append(_call(item))
            case "function_call_output":
                output = _plain(item["output"], "output")
                messages.append(
                    {"role": "tool", "tool_call_id": item["call_id"], "content": output}
                )
            case "reasoning":
                pass  # what another model thought is not for this one
            case kind:
                raise Unsupported("input", f"This model's provider takes no item '{kind}'.")
    return messages


def _message(item: Mapping[str, Any]) -> dict[str, Any]:
    role, content = item["role"], item["content"]
    if role == "assistant":
        return {"role": role, "content": _plain(content, "input")}
    if role == "developer":
        role = "system"
    if isinstance(content, str):
        return {"role": role, "content": content}
    return {"role": role, "content": [_part(part) for part in content]}


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return {"type": "text", "text": part["text"]}
        case "input_image" if part.get("image_url"):
            detail = {"detail": part["detail"]} if part.get("detail") else {}
            return {"type": "image_url", "image_url": {"url": part["image_url"], **detail}}
        case "input_file" if part.get("file_data"):
            given = {k: part[k] for k in ("file_data", "filename") if part.get(k)}
            return {"type": "file", "file": given}
        case kind:
            raise Unsupported("input", f"This model's provider takes no part '{kind}' like this.")


def _plain(content: Any, param: str) -> str:
    """The text of what is text only."""
    if isinstance(content, str):
        return content
    texts = [part.get("text", part.get("refusal")) for part in content]
    if not all(isinstance(text, str) for text in texts):
        raise Unsupported(param, "This model's provider takes only text here.")
    return "".join(texts)


def _call(item: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": item["name"], "arguments": item["arguments"]}
    return {"id": item["call_id"], "type": "function", "function": function}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool["type"] != "function":
        raise Unsupported("tools", f"This model's provider takes no tool '{tool['type']}'.")
    names = ("name", "description", "parameters", "strict")
    given = {name: tool[name] for name in names if tool.get(name) is not None}
    return {"type": "function", "function": given}


def _choice(choice: Any) -> Any:
    if isinstance(choice, str):
        return choice
    if choice["type"] == "allowed_tools":
        tools = [_named(tool) for tool in choice["tools"]]
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice["mode"], "tools": tools}}
    return _named(choice)


def _named(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool["type"] != "function":
        raise Unsupported("tool_choice", f"This model's provider takes no tool '{tool['type']}'.")
    return {"type": "function", "function": {"name": tool["name"]}}


def _format(wanted: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not wanted or wanted["type"] == "text":
        return None
    if wanted["type"] == "json_schema":
        inside = {k: v for k, v in wanted.items() if k != "type" and v is not None}
        return {"type": "json_schema", "json_schema": inside}
    return dict(wanted)
