"""Who people are elsewhere: the accounts at Google, GitHub or another issuer they sign in with."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class Identity(Row, table=True):
    """An account at an issuer. `subject` is the issuer's name for it and never changes there."""

    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    issuer: str = Field(max_length=255)
    subject: str = Field(max_length=255)
    email: str = Field(default="", max_length=254)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The identities that are connected to this user, oldest first."""
        return select(cls).where(cls.user_id == user.id).order_by(col(cls.id))
