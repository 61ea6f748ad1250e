"""A line for every request, and the id that ties it to what the caller was told."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"
QUIET = ("/assets/", "/_static/", "/styles/", "/health", "/ping")
"""Not worth a line each, unless LOG_LEVEL is DEBUG."""

_USABLE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_SECRET = re.compile(r"[\w~+=%-]{20,}")
_current: ContextVar[str] = ContextVar("request_id", default="")
_log = logging.getLogger("ioverse.request")


def request_id() -> str:
    """The id of the request that is being answered; empty outside one."""
    return _current.get()


class RequestLog:
    """ASGI middleware: takes or makes an id, hands it back, and writes the line at the end.

    The line has the method, the template of the route, status, milliseconds, and who asked: no
    body, no query, no header, and no part of a path that could be a token.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        id = given if _USABLE.fullmatch(given) else secrets.token_hex(16)
        status, began, token = 500, time.perf_counter(), _current.set(id)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id
            elif message["type"] in ("websocket.accept", "websocket.close"):
                status = 101 if message["type"] == "websocket.accept" or status == 101 else 403
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            _current.reset(token)
            _write(scope, id, status, time.perf_counter() - began)


def _write(scope: Scope, id: str, status: int, seconds: float) -> None:
    level = logging.DEBUG if scope["path"].startswith(QUIET) and status < 400 else logging.INFO
    if not _log.isEnabledFor(level):
        return
    facts: dict[str, Any] = {
        "request_id": id,
        "method": scope.get("method", "WEBSOCKET"),
        "route": _route(scope),
        "status": status,
        "ms": round(1000 * seconds, 1),
        "user_id": scope.get("user_id"),
    }
    _log.log(level, json.dumps(facts), extra={"facts": facts})


def _route(scope: Scope) -> str:
    """The template of the route; of a page, its path without ids and tokens."""
    template = getattr(scope.get("route"), "path", "")
    if template and "{path:path}" not in template:
        return str(template)
    return _SECRET.sub("…", scope["path"])[:200]
