"""Addresses that a person entered: reached only where everybody may, never inside this network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import aiohttp
from yarl import URL

from ioverse_app.config import settings
from ioverse_app.errors import Invalid, Unavailable

MAX_REDIRECTS = 5
LONGEST = 2000
_CHUNK = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REFUSED = (
    "This address is inside this network, where people may not send the server. "
    "An administrator can allow it."
)


class Inside(Invalid):
    """An address of this computer or of the network around it."""

    code = "address_inside"


@dataclass(frozen=True)
class Fetched:
    """What an address gave: where it was in the end, its content type, and its bytes."""

    url: str
    status: int
    kind: str
    content: bytes


async def check(address: str) -> str:
    """The address, if it can be used: http or https, of a host that is outside.

    Inside for a host of this computer or network, Invalid for what is no address, Unavailable
    if its name is unknown. What it resolves to can change: connect by `session` or `fetch`,
    which look again at the moment of connecting.
    """
    url = _parsed(address)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, url.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError):
        raise _unknown(url) from None
    for *_, place in found:
        _admit(str(place[0]))
    return str(url)


async def fetch(
    address: str, *, max_bytes: int, seconds: float = 20.0, headers: dict[str, str] | None = None
) -> Fetched:
    """Get what is at an address, through at most five redirects, each looked at like the first.

    More than `max_bytes` is Invalid; no answer in time is Unavailable.
    """
    url = _parsed(address)
    try:
        async with session(seconds) as client:
            for _ in range(MAX_REDIRECTS + 1):
                async with client.get(url, allow_redirects=False, headers=headers) as answer:
                    if "location" not in answer.headers or answer.status not in range(301, 309):
                        content = await _at_most(max_bytes, answer)
                        return Fetched(str(url), answer.status, answer.content_type, content)
                    url = _parsed(str(url.join(URL(answer.headers["location"]))))
    except (aiohttp.ClientError, TimeoutError, ValueError):
        raise Unavailable(f"{url.host} does not answer.", code="address_unreachable") from None
    raise Invalid("This address leads from one to the next without end.", code="too_many_redirects")


def session(seconds: float = 20.0) -> aiohttp.ClientSession:
    """A client that opens connections to the outside only.

    Each socket is looked at before it connects, with the very address that it will connect to:
    it makes no difference what a name resolved to before, or where a redirect leads.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=_socket, use_dns_cache=False),
        timeout=aiohttp.ClientTimeout(total=seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


def is_outside(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet can reach."""
    ip = _plain(ipaddress.ip_address(address.partition("%")[0]))
    if isinstance(ip, IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip.teredo:
        return ip.teredo[1]
    if ip in _NAT64 or int(ip) >> 32 == 0:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _socket(place: Any) -> socket.socket:
    """The socket for one address of a host, which is refused if it is inside."""
    family, kind, protocol, _, target = place
    _admit(str(target[0]))
    return socket.socket(family=family, type=kind, proto=protocol)


def _admit(address: str) -> None:
    if not settings().outside_private and not is_outside(address):
        raise Inside(_REFUSED)


def _parsed(address: str) -> URL:
    try:
        if len(address) > LONGEST or not address.isprintable():
            raise ValueError
        url = URL(address.strip())
        if url.scheme not in ("http", "https") or not url.host or url.user or url.password:
            raise ValueError
    except ValueError:
        raise Invalid(
            "This is not an address of a website. It begins with https:// or http://.",
            code="address_unusable",
        ) from None
    return url


def _unknown(url: URL) -> Unavailable:
    return Unavailable(f"There is no site called {url.host}.", code="address_unknown")


async def _at_most(limit: int, answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise Invalid(f"There is more than {limit:,} bytes there.", code="address_too_large")
    return bytes(content)
