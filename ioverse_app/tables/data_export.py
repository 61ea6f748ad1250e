"""What a person has here, as one file for them: everything, or the chats that they chose."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import BigInteger
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class ExportStatus(StrEnum):
    """How far it is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class DataExport(Row, table=True):
    """A ZIP in DATA_DIR/exports, by the row's id. Counts are chats, `size` is bytes.

    `format` is that of the chosen chats; it is empty for everything.
    """

    __tablename__ = "data_export"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    format: str = Field(default="", max_length=16, sa_column_kwargs={"server_default": ""})
    status: str = Field(default=ExportStatus.RUNNING, max_length=16)
    total: int = 0
    done: int = 0
    failed: int = 0
    size: int = Field(default=0, sa_type=BigInteger)
    expires_at: datetime = Field(sa_type=UtcDateTime)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """What this user asked for, newest first."""
        return select(cls).where(cls.user_id == user.id).order_by(col(cls.id).desc())
