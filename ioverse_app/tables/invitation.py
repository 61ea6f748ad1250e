"""Invitations: links by which one person may register, whatever the mode."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime, now
from ioverse_app.tables.user import Role, User


class Invitation(Row, table=True):
    """One link, of which only the SHA-256 of its token is kept. `note` says who it is for."""

    user_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True, max_length=32
    )
    note: str = Field(default="", max_length=100)
    role: str = Field(default=Role.MEMBER, max_length=16)
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: str = Field(default="", max_length=64)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """Every invitation, newest first, for those who administer; none for the others."""
        query = select(cls).order_by(col(cls.id).desc())
        return query if user.is_admin else query.where(col(cls.id).is_(None))

    @property
    def is_open(self) -> bool:
        """Whether somebody may still register with it."""
        return self.used_at is None and self.expires_at > now()
