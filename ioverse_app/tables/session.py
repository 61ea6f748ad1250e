"""Signed-in sessions: a browser's cookie or a program's tokens, each revocable at once."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime, now
from ioverse_app.tables.user import User


class Session(Row, table=True):
    """One sign-in. `secret_hash` is the SHA-256 of the cookie or of the current refresh token."""

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    kind: str = Field(max_length=16)
    secret_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    user_agent: str = Field(default="", max_length=300)
    ip_address: str = Field(default="", max_length=64)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The sessions of this user in which somebody is signed in now."""
        return select(cls).where(
            cls.user_id == user.id,
            col(cls.revoked_at).is_(None),
            col(cls.expires_at) > now(),
        )
