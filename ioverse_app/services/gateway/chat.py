"""Chat completions for programs: checked, paid for, passed on."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from ioverse_app.errors import Invalid
from ioverse_app.providers.errors import Unsupported
from ioverse_app.providers.events import Usage
from ioverse_app.providers.relaying import Chunk, usage_chunk, usage_of
from ioverse_app.services.gateway import caller, checks
from ioverse_app.services.gateway.caller import Caller
from ioverse_app.services.gateway.gathering import Gathered
from ioverse_app.services.metered import OUTPUT
from ioverse_app.tables import new_id

KIND = "api"
ROLES = ("developer", "system", "user", "assistant", "tool", "function")
CHOICES = 16
_SAID = ("content", "reasoning_content", "reasoning")

CHECKS: Mapping[str, checks.Check] = {
    "model": checks.text,
    "messages": checks.mappings,
    "stream": checks.flag,
    "stream_options": checks.mapping,
    "n": checks.whole(1, CHOICES),
    "max_tokens": checks.whole(1),
    "max_completion_tokens": checks.whole(1),
    "temperature": checks.number(0, 2),
    "top_p": checks.number(0, 1),
    "frequency_penalty": checks.number(-2, 2),
    "presence_penalty": checks.number(-2, 2),
    "logprobs": checks.flag,
    "top_logprobs": checks.whole(0, 20),
    "logit_bias": checks.mapping,
    "seed": checks.whole(-(2**63), 2**63 - 1),
    "stop": checks.text_or_texts,
    "tools": checks.mappings,
    "tool_choice": checks.text_or_mapping,
    "parallel_tool_calls": checks.flag,
    "functions": checks.mappings,
    "function_call": checks.text_or_mapping,
    "response_format": checks.mapping,
    "reasoning_effort": checks.text,
    "verbosity": checks.text,
    "modalities": checks.texts,
    "metadata": checks.labels,
    "store": checks.flag,
    "service_tier": checks.text,
    "user": checks.text,
    "safety_identifier": checks.text,
    "prompt_cache_key": checks.text,
}


async def stream(who: Caller, body: dict[str, Any]) -> AsyncGenerator[list[Chunk], None]:
    """The chunks of the answer, those that came together in one list.

    Closing it ends the request at the provider, and settles what was used. A count of tokens is
    among them where `stream_options` asks for it.
    """
    check(body)
    answerer = await caller.answerer(who.user, body["model"])
    counts = bool((body.get("stream_options") or {}).get("include_usage"))
    prompt, limit = caller.size(body["messages"]), body.get("max_completion_tokens")
    output = (limit or body.get("max_tokens") or OUTPUT) * (body.get("n") or 1)
    head = _head(body["model"])
    async with who.reserved(answerer, prompt, output, KIND) as tally:
        asked = {**body, "model": answerer.profile.model}
        letters = 0
        async with aclosing(answerer.provider.relay(asked)) as chunks:
            async for together in chunks:
                out: list[Chunk] = []
                for chunk in together:
                    if usage := chunk.pop("usage", None):
                        tally.usage = usage_of(usage)
                    chunk |= head
                    if counts:
                        chunk["usage"] = None
                    if chunk["choices"]:
                        letters += _letters(chunk)
                        out.append(chunk)
                    if usage and counts:
                        out.append({**head, "choices": [], "usage": usage})
                tally.said = -(-letters // 3)
                if out:
                    yield out
        if counts and tally.usage is None:
            yield [{**usage_chunk(Usage(prompt, tally.said)), **head}]


async def complete(who: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The whole answer."""
    checks.every(body, CHECKS)
    whole = Gathered()
    asked = {**body, "stream_options": {"include_usage": True}}
    async with aclosing(stream(who, asked)) as chunks:
        async for together in chunks:
            for chunk in together:
                whole.add(chunk)
    return whole.completion()


def check(body: Mapping[str, Any]) -> None:
    """Raise Invalid or Unsupported, naming the parameter, for what cannot be passed on."""
    checks.present(body, "model", "messages")
    checks.every(body, CHECKS)
    if not body["messages"]:
        raise Invalid("'messages' is empty.", param="messages", code="empty_array")
    for place, message in enumerate(body["messages"]):
        _check_message(f"messages[{place}]", message)
    for place, tool in enumerate(body.get("tools") or ()):
        if tool.get("type") == "function":
            function = tool.get("function")
            if not isinstance(function, dict) or not isinstance(function.get("name"), str):
                raise checks.wrong(f"tools[{place}].function", "an object with a name")
    if body.get("audio") or "audio" in (body.get("modalities") or ()):
        raise Unsupported("modalities", "Answers in sound are not passed on here.")


def _check_message(place: str, message: Mapping[str, Any]) -> None:
    if message.get("role") not in ROLES:
        raise Invalid(f"'{place}.role' is one of: {', '.join(ROLES)}.", param=f"{place}.role")
    content = message.get("content")
    if content is None and message["role"] not in ("assistant", "function"):
        raise checks.wrong(f"{place}.content", "a string or a list of parts")
    if content is not None and not isinstance(content, str):
        checks.mappings(f"{place}.content", content)
        for number, part in enumerate(content):
            _check_part(f"{place}.content[{number}]", part)
    checks.every(message, {"tool_calls": checks.mappings, "tool_call_id": checks.text})


def _check_part(place: str, part: Mapping[str, Any]) -> None:
    kind = part.get("type")
    if not isinstance(kind, str):
        raise Invalid(f"'{place}.type' is missing.", param=f"{place}.type")
    if kind == "text" and not isinstance(part.get("text"), str):
        raise checks.wrong(f"{place}.text", "a string")
    if kind == "image_url":
        image = part.get("image_url")
        if not isinstance(image, dict) or not isinstance(image.get("url"), str):
            raise checks.wrong(f"{place}.image_url", "an object with a url")
    if kind == "file":
        file = part.get("file")
        if not isinstance(file, dict):
            raise checks.wrong(f"{place}.file", "an object")
        if file.get("file_id"):
            raise Unsupported(f"{place}.file.file_id", "Send the file itself: 'file_data'.")


def _head(model: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{new_id()}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }


def _letters(chunk: Chunk) -> int:
    """How many characters a chunk says, for who is cut off before the provider counts."""
    said = 0
    for choice in chunk["choices"]:
        for name, value in choice["delta"].items():
            if name in _SAID:
                said += len(value) if isinstance(value, str) else 0
            elif name == "tool_calls":
                for call in value or ():
                    said += len((call.get("function") or {}).get("arguments") or "")
    return said
