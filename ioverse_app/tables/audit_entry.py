"""The audit log: who did what to whom, each entry holding the hash of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import UtcDateTime, now
from ioverse_app.tables.user import User

OPENED = "content.opened"


class AuditEntry(SQLModel, table=True):
    """One deed. `about_id` is the person it concerns; nobody's name or secret is kept in it.

    Numbers start at 1 and have no gaps. Rows outlive the people in them, so they refer to none.
    """

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)
    actor_id: str | None = Field(default=None, index=True, max_length=32)
    action: str = Field(index=True, max_length=64)
    object_kind: str = Field(default="", max_length=32)
    object_id: str = Field(default="", max_length=255)
    about_id: str | None = Field(default=None, index=True, max_length=32)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous: str = Field(default="", max_length=64)
    hash: str = Field(default="", max_length=64)

    @classmethod
    def looks_at(cls, user: User) -> SelectOfScalar[Self]:
        """When others opened what is this user's, newest first."""
        query = select(cls).where(cls.action == OPENED, cls.about_id == user.id)
        return query.order_by(col(cls.number).desc())
