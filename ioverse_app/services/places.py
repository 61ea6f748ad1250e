"""Where somebody is, in words as coarse as an address allows without asking anybody."""

from __future__ import annotations

import ipaddress


def place(address: str) -> str:
    """Such as "This computer", "Local network" or "Internet, 203.0.113.…"."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "Unknown place"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return "This computer"
    if parsed.is_private or parsed.is_link_local:
        return "Local network"
    if isinstance(parsed, ipaddress.IPv4Address):
        return f"Internet, {str(parsed).rpartition('.')[0]}.…"
    return f"Internet, {':'.join(parsed.exploded.split(':')[:3])}:…"
