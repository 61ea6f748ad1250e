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
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from ioverse_app.api import openai_errors
from ioverse_app.api.request_log import request_id
from ioverse_app.errors import AppError, NotSignedIn, TooMany
from ioverse_app.providers.errors import ProviderError

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_log = logging.getLogger(__name__)


def add_error_handlers(api: FastAPI) -> None:
    """Answer every error in the one shape."""
    api.add_exception_handler(AppError, _app_error)
    api.add_exception_handler(RequestValidationError, _invalid_request)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _unknown_error)


def error_response(
    status: int, message: str, code: str, details: Any = None, headers: dict[str, str] | None = None
) -> ErrorResponse:
    """The one shape of an error."""
    return ErrorResponse(status, message, code, details, headers)


class ErrorResponse(JSONResponse):
    """An error in the one shape or, where OpenAI's words are spoken, in theirs."""

    def __init__(
        self, status: int, message: str, code: str, details: Any, headers: dict[str, str] | None
    ) -> None:
        self._told = (message, code, dict(details or {}))
        asked = {"request_id": request_id()} if request_id() else {}
        body = {
            "message": message,
            "code": code,
            "details": {**jsonable_encoder(details or {}), **asked},
        }
        super().__init__(body, status, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "http" and openai_errors.spoken_at(scope["path"]):
            await openai_errors.response(self.status_code, *self._told, self.headers)(
                scope, receive, send
            )
        else:
            await super().__call__(scope, receive, send)


async def _app_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)
    headers = {"Cache-Control": "no-store"}
    if openai_errors.spoken_at(request.url.path) and isinstance(error, ProviderError):
        return openai_errors.of_provider(error)
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", error.code, error.message, exc_info=error)
    return error_response(error.status, error.message, error.code, error.details, headers)


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [_field(problem) for problem in error.errors()]
    sentence = " ".join(f"{field['field']}: {field['message']}." for field in fields[:3])
    message = sentence or "The request cannot be read."
    details = {"fields": fields}
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
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_taken(request))
    return error_response(error.status_code, str(error.detail), code, headers=headers)


def _taken(request: Request) -> list[str]:
    """The methods that this address takes, of all the routes that have it."""
    asked = [(method, {**request.scope, "method": method}) for method in METHODS]
    routes = request.app.routes
    return [
        method
        for method, scope in asked
        if any(route.matches(scope)[0] == Match.FULL for route in routes)
    ]


async def _unknown_error(request: Request, error: Exception) -> JSONResponse:
    route = getattr(request.scope.get("route"), "path", "a request")
    _log.error("%s %s failed", request.method, route, exc_info=error)
    message = "Something went wrong here. It has been noted; please try again."
    return error_response(HTTPStatus.INTERNAL_SERVER_ERROR, message, "internal_error")
