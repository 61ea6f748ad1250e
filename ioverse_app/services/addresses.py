"""The address of a provider, as an administrator types it."""

from __future__ import annotations

from urllib.parse import urlsplit

from ioverse_app.errors import Invalid

LONGEST = 500


def checked(address: str) -> str:
    """The address as it is kept. Invalid if it cannot be one, or tells a password."""
    address = address.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, None
    if not usable or parts is None or len(address) > LONGEST or not address.isprintable():
        raise Invalid(
            "An address begins with http:// or https:// and a name, like https://ai.example.org/v1.",
            code="address_unusable",
        )
    if parts.username or parts.password or parts.query or parts.fragment or " " in address:
        raise Invalid(
            "An address has no user name, password or question mark in it. "
            "The key has a field of its own.",
            code="address_unusable",
        )
    return address
