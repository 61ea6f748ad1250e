"""The form of a request for a response, and of the items that go into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ioverse_app.errors import Invalid
from ioverse_app.providers.errors import Unsupported
from ioverse_app.services.gateway import checks
from ioverse_app.tables import new_id

Item = dict[str, Any]

ROLES = ("user", "assistant", "system", "developer")
ITEMS = ("message", "function_call", "function_call_output", "reasoning", "item_reference")
INCLUDED = ("reasoning.encrypted_content", "message.output_text.logprobs")

CHECKS: Mapping[str, checks.Check] = {
    "model": checks.text,
    "instructions": checks.text,
    "previous_response_id": checks.text,
    "stream": checks.flag,
    "stream_options": checks.mapping,
    "store": checks.flag,
    "background": checks.flag,
    "metadata": checks.labels,
    "temperature": checks.number(0, 2),
    "top_p": checks.number(0, 1),
    "top_logprobs": checks.whole(0, 20),
    "max_output_tokens": checks.whole(1),
    "max_tool_calls": checks.whole(1),
    "tools": checks.mappings,
    "tool_choice": checks.text_or_mapping,
    "parallel_tool_calls": checks.flag,
    "text": checks.mapping,
    "reasoning": checks.mapping,
    "include": checks.texts,
    "truncation": checks.one_of("auto", "disabled"),
    "service_tier": checks.text,
    "user": checks.text,
    "safety_identifier": checks.text,
    "prompt_cache_key": checks.text,
    "prompt_cache_retention": checks.text,
}
_NOT_HERE = ("conversation", "prompt", "context_management", "moderation", "prompt_cache_options")
_KINDS = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "reasoning": "rs",
}


def check(body: Mapping[str, Any]) -> None:
    """Raise Invalid or Unsupported, naming the parameter, for what cannot be done."""
    checks.present(body, "model", "input")
    checks.every(body, CHECKS)
    for name, value in body.items():
        if name in _NOT_HERE and value is not None:
            raise Unsupported(name, f"'{name}' is not to be had here. Leave it out.")
        if name not in CHECKS and name != "input" and name not in _NOT_HERE:
            raise Invalid(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
    for place, tool in enumerate(body.get("tools") or ()):
        _check_tool(f"tools[{place}]", tool)
    for name in body.get("include") or ():
        if name not in INCLUDED:
            raise Unsupported("include", f"'{name}' is not to be had here.")
    if body.get("background") and body.get("store") is False:
        raise Invalid("What runs in the background is stored.", param="store")
    wanted = (body.get("text") or {}).get("format")
    if wanted is not None:
        checks.mapping("text.format", wanted)
        _texts("text.format", wanted, "type")


def items(given: Any) -> list[Item]:
    """The items of an input, each with its type and an id; a text is a message."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    checks.mappings("input", given)
    if not given:
        raise Invalid("'input' is empty.", param="input", code="empty_array")
    return [_item(f"input[{place}]", item) for place, item in enumerate(given)]


def _item(place: str, item: Item) -> Item:
    kind = item.get("type", "message")
    if kind not in ITEMS:
        raise Unsupported(place, f"An item '{kind}' is not passed on here.")
    if kind == "message":
        item = _message(place, item)
    elif kind == "function_call":
        _texts(place, item, "call_id", "name", "arguments")
    elif kind == "function_call_output":
        _texts(place, item, "call_id")
        if not isinstance(item.get("output"), str):
            _check_parts(f"{place}.output", item.get("output"))
    elif kind == "item_reference":
        _texts(place, item, "id")
        return item
    else:
        checks.mappings(f"{place}.summary", item.get("summary", []))
    made = {"id": f"{_KINDS[kind]}_{new_id()}", **item, "type": kind}
    if kind != "reasoning":
        made.setdefault("status", "completed")
    return made


def _message(place: str, item: Item) -> Item:
    if item.get("role") not in ROLES:
        raise Invalid(f"'{place}.role' is one of: {', '.join(ROLES)}.", param=f"{place}.role")
    content = item.get("content")
    if isinstance(content, str):
        kind = "output_text" if item["role"] == "assistant" else "input_text"
        extra: Item = {"annotations": [], "logprobs": []} if kind == "output_text" else {}
        return {**item, "content": [{"type": kind, "text": content, **extra}]}
    _check_parts(f"{place}.content", content)
    return item


def _check_parts(place: str, parts: Any) -> None:
    checks.mappings(place, parts)
    for number, part in enumerate(parts):
        where = f"{place}[{number}]"
        if part.get("file_id"):
            raise Unsupported(f"{where}.file_id", "Send the file itself rather than its id.")
        match part.get("type"):
            case "input_text" | "output_text" | "text":
                _texts(where, part, "text")
            case "refusal":
                _texts(where, part, "refusal")
            case "input_image":
                _texts(where, part, "image_url")
            case "input_file":
                checks.every(part, {"file_data": checks.text, "file_url": checks.text})
            case kind:
                raise Unsupported(where, f"A part '{kind}' is not passed on here.")


def _check_tool(place: str, tool: Item) -> None:
    if tool.get("type") != "function":
        raise Unsupported(
            f"{place}.type", "Only tools of the type 'function' are passed on: you run them."
        )
    _texts(place, tool, "name")
    checks.every(
        tool,
        {"description": checks.text, "parameters": checks.mapping, "strict": checks.flag},
    )


def _texts(place: str, item: Item, *names: str) -> None:
    for name in names:
        if not isinstance(item.get(name), str):
            raise checks.wrong(f"{place}.{name}", "a string")
