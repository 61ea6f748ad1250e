"""Links that are mailed to a person, each good for one thing, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime


class TokenKind(StrEnum):
    """What a link is for."""

    PASSWORD = "password"  # noqa: S105
    EMAIL = "email"


class AccountToken(Row, table=True):
    """One link. Only the SHA-256 of its secret is kept. `email` is the address it confirms."""

    __tablename__ = "account_token"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    kind: str = Field(max_length=16)
    secret_hash: str = Field(max_length=64, unique=True)
    email: str = Field(default="", max_length=254)
    expires_at: datetime = Field(sa_type=UtcDateTime)
