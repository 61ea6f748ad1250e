"""The address of this installation, as people outside know it."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from ioverse_app.api.client import came_by_https
from ioverse_app.config import settings


def public_address(request: HTTPConnection) -> str:
    """`https://host`, by PUBLIC_URL, or else as the request came."""
    if settings().public_url:
        return settings().address
    scheme = "https" if came_by_https(request) else "http"
    return f"{scheme}://{request.headers.get('host') or request.url.netloc}"
