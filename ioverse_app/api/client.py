"""Where a request came from, behind as many proxies as TRUSTED_PROXY_HOPS says."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

from ioverse_app.config import settings
from ioverse_app.services.sessions import Client


def client_of(request: HTTPConnection) -> Client:
    """The address and the program at the other end."""
    return Client(_address(request), request.headers.get("user-agent", ""))


def came_by_https(request: HTTPConnection) -> bool:
    """Whether the browser speaks HTTPS to us, or to the proxy in front of us."""
    if request.url.scheme in ("https", "wss") or settings().address.startswith("https:"):
        return True
    return _forwarded(request, "x-forwarded-proto")[-1:] == ["https"]


def _address(request: HTTPConnection) -> str:
    """The address that the outermost trusted proxy saw; what is left of it may be made up."""
    hops = settings().trusted_proxy_hops
    forwarded = _forwarded(request, "x-forwarded-for")
    if len(forwarded) >= hops > 0 and _is_address(forwarded[-hops]):
        return forwarded[-hops]
    return request.client.host if request.client else ""


def _forwarded(request: HTTPConnection, header: str) -> list[str]:
    """What the proxies wrote, the nearest one last; nothing if none is trusted."""
    if settings().trusted_proxy_hops == 0:
        return []
    return [part.strip() for part in ",".join(request.headers.getlist(header)).split(",")]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
