"""API keys: what a person's programs use in place of a password."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlalchemy import JSON, Text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class ApiKey(Row, table=True):
    """One key. It is known by its SHA-256; only `last4` is ever shown again.

    A key that signs is `sealed` besides, since a signature cannot be checked with a hash.
    `networks` are the addresses it may be used from; none means every one.
    """

    __tablename__ = "api_key"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    name: str = Field(max_length=60)
    secret_hash: str = Field(max_length=64, unique=True)
    sealed: str | None = Field(default=None, sa_type=Text, repr=False)
    last4: str = Field(max_length=4)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    networks: list[str] = Field(default_factory=list, sa_type=JSON)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_from: str = Field(default="", max_length=64)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The keys of this user, newest first, without those that were deleted."""
        mine = select(cls).where(cls.user_id == user.id, col(cls.revoked_at).is_(None))
        return mine.order_by(col(cls.id).desc())


class UsedNonce(SQLModel, table=True):
    """A number that a signed request has used, until nobody could send it again."""

    __tablename__ = "used_nonce"  # pyright: ignore[reportAssignmentType]

    key_id: str = Field(
        foreign_key="api_key.id", ondelete="CASCADE", primary_key=True, max_length=32
    )
    nonce: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
