"""Errors in JSON: a message, a code and details, with the right status."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ioverse_app.api.request_log import request_id
from ioverse_app.errors import AppError, NotSignedIn, TooMany

_OPENAI_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}

_log = logging.getLogger(__name__)


def add_error_handlers(api: FastAPI) -> None:
    """Answer every error in the one shape."""
    api.add_exception_handler(AppError, _app_error)
    api.add_exception_handler(RequestValidationError, _invalid_request)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _unknown_error)


def error_response(
    status: int, message: str, code: str, details: Any = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The one shape of an error."""
    asked = {"request_id": request_id()} if request_id() else {}
    body = {
        "message": message,
        "code": code,
        "details": {**jsonable_encoder(details or {}), **asked},
    }
    return JSONResponse(body, status, headers)


def is_openai(request: Request) -> bool:
    """Whether this is one of the routes in OpenAI's shapes."""
    return request.url.path.startswith("/v1/")


def openai_error(
    status: int, message: str, code: str, details: Any = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """An error as OpenAI's SDK reads it; `param` is the first field that is wrong."""
    fields = (details or {}).get("fields") or [{}]
    error = {
        "message": message,
        "type": _OPENAI_TYPES.get(status, _type_of(status)),
        "param": fields[0].get("field"),
        "code": code,
    }
    return JSONResponse({"error": error}, status, headers)


def _type_of(status: int) -> str:
    is_theirs = status < HTTPStatus.INTERNAL_SERVER_ERROR
    return "invalid_request_error" if is_theirs else "server_error"


async def _app_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", error.code, error.message, exc_info=error)
    if is_openai(request):
        # Its SDK would ask again by itself, and be billed again.
        headers["x-should-retry"] = "false"
        return openai_error(error.status, error.message, error.code, error.details, headers)
    return error_response(error.status, error.message, error.code, error.details, headers)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [_field(problem) for problem in error.errors()]
    sentence = " ".join(f"{field['field']}: {field['message']}." for field in fields[:3])
    message = sentence or "The request cannot be read."
    details = {"fields": fields}
    if is_openai(request):
        return openai_error(HTTPStatus.BAD_REQUEST, message, "invalid_request", details)
    return error_response(HTTPStatus.BAD_REQUEST, message, "invalid_request", details)


def _field(problem: dict[str, Any]) -> dict[str, str]:
    """One thing that is wrong, without what was sent: it may be a secret."""
    place = [str(part) for part in problem["loc"]]
    if problem["type"] == "json_invalid" or not place[1:]:
        return {"field": place[0], "message": str(problem["msg"])}
    return {"field": ".".join(place[1:]), "message": str(problem["msg"])}


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    headers = dict(error.headers or {})
    if is_openai(request):
        return openai_error(error.status_code, str(error.detail), code, headers=headers)
    return error_response(error.status_code, str(error.detail), code, headers=headers)


async def _unknown_error(request: Request, error: Exception) -> JSONResponse:
    route = getattr(request.scope.get("route"), "path", "a request")
    _log.error("%s %s failed", request.method, route, exc_info=error)
    message = "Something went wrong here. It has been noted; please try again."
    if is_openai(request):
        return openai_error(HTTPStatus.INTERNAL_SERVER_ERROR, message, "internal_error")
    return error_response(HTTPStatus.INTERNAL_SERVER_ERROR, message, "internal_error")
