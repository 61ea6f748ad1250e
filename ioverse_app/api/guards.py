"""What every request passes before anything reads it: its host, its size, where it came from."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ioverse_app.api.client import came_by_https
from ioverse_app.api.errors import error_response
from ioverse_app.api.request_log import RequestLog
from ioverse_app.config import settings

HEADERS_MAX_BYTES = 32 * 1024
HSTS = "max-age=31536000"
STREAMED = ("/api/attachments", "/api/imports", "/v1/images/edits")
"""Files are read as they come, against limits of their own."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ASKED_WITH = ("Authorization", "Content-Type", "Last-Event-ID", "X-Request-ID")
_TOLD = ("X-Request-ID", "Retry-After")


def guarded(app: ASGIApp) -> ASGIApp:
    """The application behind its guards, the log outermost."""
    app = Limits(app)
    if origins := settings().cors:
        app = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_ASKED_WITH,
            expose_headers=_TOLD,
        )
    return RequestLog(StrictTransport(KnownHosts(app)))


class KnownHosts:
    """ASGI middleware: requests for another host's name are refused, where ALLOWED_HOSTS is set.

    A health check asks for an address rather than a name, and is let through.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with 400."""
        hosts = settings().hosts
        is_asked = scope["type"] in ("http", "websocket") and scope["path"] != "/health"
        if not (hosts and is_asked) or _is_one_of(hosts, Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, send)
        else:
            sentence = "This server does not answer to that name."
            await _refuse(scope, receive, send, 400, sentence, "unknown_host")


class StrictTransport:
    """ASGI middleware: a browser that came by HTTPS comes by HTTPS from then on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add the header to the answer."""

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("strict-transport-security", HSTS)
            await send(message)

        by_https = scope["type"] == "http" and came_by_https(HTTPConnection(scope))
        await self.app(scope, receive, strict if by_https else send)


class Limits:
    """ASGI middleware: headers up to 32 KB, and bodies that are no files up to REQUEST_MAX_MB."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with 431 or 413."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS_MAX_BYTES:
            sentence = "The headers of this request are larger than 32 KB."
            await _refuse(scope, receive, send, 431, sentence, "headers_too_large")
        elif scope["type"] == "websocket" or scope["path"].startswith(STREAMED):
            await self.app(scope, receive, send)
        else:
            await self._up_to(int(settings().request_max_mb * 1024 * 1024), scope, receive, send)

    async def _up_to(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes: a client may say nothing of its length, or something wrong."""
        taken, started = 0, False

        async def counted() -> MutableMapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > limit else message

        async def unless_too_large(message: Message) -> None:
            nonlocal started
            if taken <= limit or started:
                started = True
                await send(message)

        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said) > limit:
            taken = limit + 1
        else:
            try:
                await self.app(scope, counted, unless_too_large)
            except Exception:
                if taken <= limit or started:
                    raise
        if taken > limit and not started:
            sentence = f"A request has at most {settings().request_max_mb:g} MB."
            await _refuse(scope, receive, send, 413, sentence, "too_large")


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: int, sentence: str, code: str
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": sentence})
    else:
        await error_response(status, sentence, code)(scope, receive, send)


def _is_one_of(hosts: list[str], asked: str) -> bool:
    name = asked.lower()
    name = name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]
    return any(
        name == host or (host.startswith("*.") and name.endswith(host[1:])) for host in hosts
    )
