"""Embeddings and moderations for programs: one question, one answer."""

from __future__ import annotations

from typing import Any

from ioverse_app.errors import Invalid
from ioverse_app.providers.events import Usage
from ioverse_app.services.gateway import caller, checks
from ioverse_app.services.gateway.caller import Caller

MODERATION = "omni-moderation-latest"
INPUTS = 2048


async def embed(who: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The vectors of some texts."""
    checks.present(body, "model", "input")
    checks.every(
        body,
        {
            "model": checks.text,
            "dimensions": checks.whole(1),
            "encoding_format": checks.one_of("float", "base64"),
            "user": checks.text,
        },
    )
    _check_input(body["input"])
    answerer = await caller.answerer(who.user, body["model"], elsewhere=True)
    asked = {"encoding_format": "float", **_given(body), "model": answerer.profile.model}
    async with who.reserved(answerer, caller.size(body["input"]), 0, "embedding") as tally:
        answer = await answerer.provider.ask("embeddings", asked)
        read = (answer.get("usage") or {}).get("prompt_tokens")
        read = read if isinstance(read, int) else caller.size(body["input"])
        tally.usage = Usage(read, 0)
    usage = {"prompt_tokens": read, "total_tokens": read}
    return {**answer, "object": "list", "model": body["model"], "usage": usage}


async def moderate(who: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """Whether some texts or pictures are against a provider's rules."""
    checks.present(body, "input")
    checks.every(body, {"model": checks.text})
    if not isinstance(body["input"], str | list):
        raise checks.wrong("input", "a string or a list")
    name = body.get("model") or MODERATION
    answerer = await caller.answerer(who.user, name, elsewhere=True)
    asked = {**_given(body), "model": answerer.profile.model}
    async with who.reserved(answerer, caller.size(body["input"]), 0, "moderation") as tally:
        answer = await answerer.provider.ask("moderations", asked)
        tally.usage = Usage(0, 0)  # it costs nothing
    for result in answer.get("results") or ():
        _fill(result)
    return {**answer, "model": name}


def _fill(result: dict[str, Any]) -> None:
    """What every judgement says now, where a server is older: by what it judged."""
    named = {name: ["text"] for name in result.get("categories") or ()}
    result.setdefault("category_applied_input_types", named)


def _check_input(given: Any) -> None:
    """A text, texts, tokens, or lists of tokens."""
    if isinstance(given, str) and given:
        return
    if not isinstance(given, list) or not given:
        raise checks.wrong("input", "a string or a list that is not empty")
    if len(given) > INPUTS and not all(isinstance(each, int) for each in given):
        raise Invalid(f"'input' has up to {INPUTS} texts.", param="input")
    kinds = {type(each) for each in given}
    if len(kinds) != 1 or not kinds <= {str, int, list}:
        raise checks.wrong("input", "a list of strings or of tokens")


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
