"""The processes that produce answers, so that a dead one's runs can be taken up."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime, now


class Worker(Row, table=True):
    """One process of the app. It says that it lives every few seconds."""

    host: str = Field(max_length=255)
    pid: int
    seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
