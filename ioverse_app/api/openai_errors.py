"""Errors in OpenAI's shape, for all of `/v1`.

Source: https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from ioverse_app.errors import AppError, TooMany
from ioverse_app.providers.errors import (
    Busy,
    ModelNotFound,
    NoCredit,
    ProviderError,
    Refused,
)

_CODES = {
    "budget_reached": "insufficient_quota",
    "context_too_long": "context_length_exceeded",
    "no_credit": "insufficient_quota",
    "provider_busy": "rate_limit_exceeded",
    "rate_limited": "rate_limit_exceeded",
}
"""Where OpenAI has a word of its own, which their clients look for."""

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_KEPT = ("allow", "retry-after", "www-authenticate", "cache-control")


def spoken_at(path: str) -> bool:
    """Whether this is where OpenAI's words are spoken."""
    return path == "/v1" or path.startswith("/v1/")


def body(status: int, message: str, code: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """An error as their clients read it."""
    if status == 401:
        code = "invalid_api_key"
    code = str(details.get("code") or code)
    code = _CODES.get(code, code)
    kind = "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error")
    if code == "insufficient_quota":
        kind = code
    fields = details.get("fields") or ()
    param = details.get("param") or next((field["field"] for field in fields), None)
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def response(
    status: int,
    message: str,
    code: str,
    details: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The same, as an answer. What will not get better by itself need not be tried again."""
    told = body(status, message, code, details)
    kept = {k: v for k, v in (headers or {}).items() if k.lower() in _KEPT}
    if told["error"]["code"] in ("insufficient_quota", "key_refused"):
        kept["x-should-retry"] = "false"
    return JSONResponse(told, status, kept)


def of_provider(error: ProviderError) -> JSONResponse:
    """What a provider refused, or failed at."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Busy) and error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response(*told(error), headers)


def told(error: AppError) -> tuple[int, str, str, dict[str, Any]]:
    """Status, sentence, code and details; a refusal in the provider's own words."""
    status, message, code = error.status, error.message, error.code
    match error:
        case ModelNotFound():
            status = 404
        case NoCredit() | Busy():
            status = 429
        case Refused():
            status = 400
            message = error.details.get("provider_said") or message
            code = error.details.get("provider_code") or code
        case _:
            pass
    return status, message, code, error.details


def in_stream(error: AppError) -> dict[str, Any]:
    """What is said of it where an answer has begun."""
    found = body(*told(error))
    if isinstance(error, TooMany):
        found["error"]["retry_after"] = math.ceil(error.retry_after)
    return found
