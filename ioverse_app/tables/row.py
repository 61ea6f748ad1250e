"""What every row has."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

_last_id = 0


def new_id() -> str:
    """A new id: 32 hex digits (UUIDv7, RFC 9562). In this process a later one is always larger."""
    global _last_id
    milliseconds = time.time_ns() // 1_000_000
    tail = (0x7000 | secrets.randbits(12)) << 64 | (0b10 << 62 | secrets.randbits(62))
    _last_id = max(_last_id + 1, milliseconds << 80 | tail)
    return f"{_last_id:032x}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC that comes back with its time zone from every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To UTC, whatever zone it came in."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """With its zone, which SQLite does not keep."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Row(SQLModel):
    """A row with an id, and the moments it was made and last changed."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(
        default_factory=now, sa_type=UtcDateTime, sa_column_kwargs={"onupdate": now}
    )
