"""Settings that administrators changed while the app runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from ioverse_app.tables.row import UtcDateTime, now


class Setting(SQLModel, table=True):
    """One setting, in place of what the environment says."""

    name: str = Field(primary_key=True, max_length=64)
    value: Any = Field(default=None, sa_type=JSON)
    changed_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
