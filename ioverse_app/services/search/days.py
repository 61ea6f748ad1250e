"""Spans of days as few marks: whole years, then months, then days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from ioverse_app.tables.search_entry import mark

FIRST = date(2000, 1, 1)
UNREADABLE = "{name}: takes a day, a month or a year: 2026-11-20, 2026-11 or 2026."

_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_NEVER = [mark("t", "never")]


def before(text: str) -> list[str] | None:
    """Marks of what is earlier than this day, month or year; None if it is none."""
    span = _span(text)
    return None if span is None else _cover(FIRST, span[0])


def after(text: str) -> list[str] | None:
    """Marks of what is later than this day, month or year; None if it is none."""
    span = _span(text)
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    return None if span is None else _cover(max(FIRST, span[1]), tomorrow)


def _span(text: str) -> tuple[date, date] | None:
    """The first day of what is named, and the first one behind it."""
    read = _DAY.fullmatch(text)
    if read is None:
        return None
    year, month, day = (int(part) if part else None for part in read.groups())
    if not year or year > 9000:
        return None
    try:
        if month is None:
            return date(year, 1, 1), date(year + 1, 1, 1)
        if day is None:
            begin = date(year, month, 1)
            return begin, _next_month(begin)
        begin = date(year, month, day)
    except ValueError:
        return None
    return begin, begin + timedelta(days=1)


def _cover(begin: date, end: date) -> list[str]:
    """The days from `begin` to before `end`, with as few marks as will do."""
    marks: list[str] = []
    while begin < end:
        year, month = date(begin.year + 1, 1, 1), _next_month(begin)
        if (begin.month, begin.day) == (1, 1) and year <= end:
            marks.append(mark("t", f"{begin:%Y}"))
            begin = year
        elif begin.day == 1 and month <= end:
            marks.append(mark("t", f"{begin:%Y%m}"))
            begin = month
        else:
            marks.append(mark("t", f"{begin:%Y%m%d}"))
            begin += timedelta(days=1)
    return marks or _NEVER


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
