"""Signed-in sessions: a browser's cookie or a program's tokens, each revocable at once."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime, now


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
