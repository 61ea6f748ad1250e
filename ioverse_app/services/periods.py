"""Days and months of budgets, by the calendar in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ioverse_app.tables import Period, now


def began(period: str) -> datetime:
    """When the day or the month of this moment began."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today if period == Period.DAY else today.replace(day=1)


def ends(period: str) -> datetime:
    """When the next one begins."""
    if period == Period.DAY:
        return began(period) + timedelta(days=1)
    month = began(period) + timedelta(days=32)
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def seconds_left(period: str) -> float:
    """How long until the next one begins."""
    return max(1.0, (ends(period) - now()).total_seconds())
