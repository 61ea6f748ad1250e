"""How moments, sizes and spans are written in the administration."""

from __future__ import annotations

from datetime import datetime

UNITS = ("bytes", "KB", "MB", "GB", "TB")


def moment(at: datetime | None, otherwise: str = "never") -> str:
    """Such as "3 May 2026, 14:07 UTC"."""
    return f"{at:%-d %b %Y, %H:%M} UTC" if at else otherwise


def size(count: int) -> str:
    """Such as "1.4 MB"."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {UNITS[unit]}" if unit == 0 else f"{amount:.1f} {UNITS[unit]}"


def span(seconds: int) -> str:
    """Such as "3 d 4 h" or "12 min"."""
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"


def many(count: int, one: str, several: str = "") -> str:
    """Such as "1 chat" or "2,000 chats"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
