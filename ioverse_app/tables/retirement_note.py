"""What people were told of models that end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class RetirementNote(Row, table=True):
    """That a person was told of a model that ends within `stage` days, and when they saw it."""

    __tablename__ = "retirement_note"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("user_id", "ref", "ends_on", "stage"),)

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=32)
    ref: str = Field(max_length=255)
    ends_on: date
    stage: int
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @classmethod
    def waiting_for(cls, user: User) -> SelectOfScalar[Self]:
        """What this user has not put away."""
        return select(cls).where(cls.user_id == user.id, col(cls.seen_at).is_(None))
