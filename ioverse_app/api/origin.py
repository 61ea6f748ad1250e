"""Refuse what another website makes a browser send in its owner's name."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ioverse_app.api.errors import error_response
from ioverse_app.config import settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class OriginCheck:
    """ASGI middleware: unsafe requests and web sockets come from this site's own pages only.

    A request without an Origin comes from no page, and one with a Bearer token and no cookie
    uses nothing that a browser adds by itself: both pass, and so do the websites of CORS_ORIGINS
    where no cookie comes along.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with 403."""
        if not _can_do_harm(scope) or _is_welcome(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "Another website"})
        else:
            sentence = "This request came from another website, so nothing was done."
            response = error_response(403, sentence, "foreign_origin")
            await response(scope, receive, send)


def _can_do_harm(scope: Scope) -> bool:
    return scope["type"] == "websocket" or (
        scope["type"] == "http" and scope["method"] not in _SAFE
    )


def _is_welcome(headers: Headers) -> bool:
    if headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers:
        return True
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    if origin.lower() in settings().cors and "cookie" not in headers:
        return True
    return _host(origin) in _own_hosts(headers.get("host", ""))


def _host(origin: str) -> str | None:
    """The host and port of an origin, as a Host header has them; None for `null`."""
    scheme, _, host = origin.lower().partition("://")
    return host.removesuffix(_DEFAULT_PORTS.get(scheme, "")) or None


def _own_hosts(requested: str) -> set[str]:
    port = settings().port
    return {
        requested.lower(),
        urlsplit(settings().address).netloc.lower(),
        f"localhost:{port}",
        f"127.0.0.1:{port}",
        f"[::1]:{port}",
    }
