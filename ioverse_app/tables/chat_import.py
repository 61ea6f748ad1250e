"""Files of chats that people bring along from other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class ImportStatus(StrEnum):
    """How far it is: looked through, being brought in, and the ends."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ChatImport(Row, table=True):
    """An uploaded file of chats. `report` says what is in it, `done` how many were looked at.

    `added` and `skipped` count chats. The file itself is in DATA_DIR/imports, by the row's id.
    """

    __tablename__ = "chat_import"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    name: str = Field(max_length=255)
    size: int
    status: str = Field(default=ImportStatus.READY, max_length=16)
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    total: int = 0
    done: int = 0
    added: int = 0
    skipped: int = 0
    problem: str = Field(default="", max_length=500)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """What this user brought, newest first."""
        return select(cls).where(cls.user_id == user.id).order_by(col(cls.id).desc())
