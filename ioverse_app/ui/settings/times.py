"""Moments in the words of a list."""

from __future__ import annotations

from datetime import datetime, timedelta

from ioverse_app.tables import now


def ago(moment: datetime | None) -> str:
    """Such as "just now", "3 hours ago" or "12 May 2026"."""
    if moment is None:
        return "never"
    gone = now() - moment
    for unit, length in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        count = gone // length
        if unit == "day" and count > 30:
            return f"{moment:%-d %B %Y}"
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def exact(moment: datetime | None) -> str:
    """The moment itself, for a tooltip."""
    return f"{moment:%-d %B %Y, %H:%M} UTC" if moment else ""
