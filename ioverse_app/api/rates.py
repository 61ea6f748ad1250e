"""Rate limits of the API: each kind of route has its own, and every answer tells how it stands."""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ioverse_app.api.client import client_of
from ioverse_app.api.dependencies import asking
from ioverse_app.services import rates
from ioverse_app.services.guesses import household
from ioverse_app.services.rates import Kind, Taken
from ioverse_app.services.sessions import SignedIn

COUNTED = re.compile(r"/(?:api|v1)/")
KINDS = (
    (Kind.AUTH, re.compile(r"/api/(?:register|login|token/refresh|password)\b")),
    (Kind.UPLOAD, re.compile(r"/(?:api|v1)/(?:attachments|imports?|files)\b")),
    (Kind.IMAGE, re.compile(r"/v1/images/")),
    (Kind.CHAT, re.compile(r"/api/chats(?:/stream|/edit|/retry|/regenerate)?$")),
    (
        Kind.CHAT,
        re.compile(r"/v1/(?:chat/completions|responses|embeddings|threads/.*runs)"),
    ),
)
SAFE = ("GET", "HEAD", "OPTIONS")


async def limited(request: HTTPConnection) -> None:
    """Count a request of whoever asks; TooMany when there have been too many."""
    kind = kind_of(request.scope.get("method"), request.url.path)
    if kind is None:
        return
    who = await asking(request)
    stranger = household(client_of(request).address)
    taken = await rates.take(kind, who.user.id if isinstance(who, SignedIn) else stranger)
    request.state.rate = taken
    if taken is not None and not taken.allowed:
        raise rates.refusal(taken)


def kind_of(method: str | None, path: str) -> Kind | None:
    """What a request counts as; None for a socket and for what is no part of the API."""
    if method is None or not COUNTED.match(path):
        return None
    if method in SAFE:
        return Kind.READ
    path = path.rstrip("/")
    return next((kind for kind, pattern in KINDS if pattern.match(path)), Kind.WRITE)


class RateHeaders:
    """Tells with each answer how the limit stands (`X-RateLimit-…`, in seconds from now)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, and add to the head of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})

        async def told(message: Message) -> None:
            taken = state.get("rate")
            if message["type"] == "http.response.start" and isinstance(taken, Taken):
                headers = MutableHeaders(scope=message)
                headers["X-RateLimit-Limit"] = str(taken.limit)
                headers["X-RateLimit-Remaining"] = str(taken.remaining)
                headers["X-RateLimit-Reset"] = str(taken.reset_seconds)
            await send(message)

        await self._app(scope, receive, told)
