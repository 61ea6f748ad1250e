"""What the OpenAPI document says besides what FastAPI knows: how a route refuses.

A route gets the refusals that follow from what it is: whether it needs to know who asks, has an
object in its path, takes a body, changes anything. Others it names itself, by `refused`.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from ioverse_app.api import openai_errors
from ioverse_app.api.rates import COUNTED

REFUSALS = {
    400: "It cannot be used as it is; `details.fields` names what is wrong with it.",
    401: "Nobody is known to be asking.",
    403: "Who asks may not do this, or the request came from another website.",
    404: "It is not there, or it belongs to somebody else.",
    405: "This address does not take this method.",
    409: "It clashes with what is there already.",
    410: "It was there, and is there no longer.",
    413: "There is more of it than is taken.",
    429: "Too much in too short a time, or a budget is used up.",
    431: "The headers are larger than 32 KB.",
    502: "The provider did not answer as it should.",
    503: "Something that is needed does not answer now and may answer later.",
    504: "The provider took too long.",
}
PROVIDER = (502, 503, 504)
"""What may come of asking a provider."""
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "It is what the one who asks has already."}
}

_SCHEMAS = "#/components/schemas/{model}"
_SAFE = ("get", "head", "options")
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_WHO = {"WWW-Authenticate": {"schema": {"type": "string"}}}


class Refused(BaseModel):
    """Every error: a sentence for people, a stable code for programs, and what else is known."""

    message: str
    code: str = Field(examples=["not_found"])
    details: dict[str, Any]


class OpenAIError(BaseModel):
    """What OpenAI's SDKs read of an error."""

    message: str
    type: str = Field(examples=["invalid_request_error"])
    param: str | None
    code: str | None


class OpenAIRefused(BaseModel):
    """Every error of `/v1`, in OpenAI's shape."""

    error: OpenAIError


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These refusals, for `responses=` of a route."""
    return {status: _answer(status) for status in statuses}


def sent(*media_types: str, about: str = "It is sent as it is.") -> dict[int | str, dict[str, Any]]:
    """An answer that is no JSON, for `responses=` of a route."""
    content: dict[str, Any] = {one: {} for one in media_types}
    return {200: {"description": about, "content": content}}


def documented(api: FastAPI) -> None:
    """Have the document of this API name every refusal of every route."""
    known = api.openapi

    def openapi() -> dict[str, Any]:
        document = known()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _complete(path, method, operation)
        schemas = document["components"]["schemas"]
        for model in (Refused, OpenAIRefused, OpenAIError):
            schemas[model.__name__] = model.model_json_schema(ref_template=_SCHEMAS)
            schemas[model.__name__].pop("$defs", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document

    api.openapi = openapi


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add the refusals that follow from what a route is. A wrong request is 400 here, never 422."""
    answers = operation["responses"]
    answers.pop("422", None)
    for status in _following(path, method, operation):
        answers.setdefault(str(status), _answer(status))
    if openai_errors.spoken_at(path):
        for status, answer in answers.items():
            if int(status) in REFUSALS:
                answer["content"] = _said(OpenAIRefused)
    operation["responses"] = dict(sorted(answers.items()))


def _following(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    found = {400, 431, 503}
    if "security" in operation:
        found |= {401, 403}
    if "{" in path:
        found.add(404)
    if method not in _SAFE:
        found |= {403, 413}
    if COUNTED.match(path):
        found.add(429)
    return found


def _answer(status: int) -> dict[str, Any]:
    headers = {401: _WHO, 429: _RETRY}.get(status)
    return {
        "description": REFUSALS[status],
        "content": _said(Refused),
        **({"headers": headers} if headers else {}),
    }


def _said(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _SCHEMAS.format(model=model.__name__)}}}
