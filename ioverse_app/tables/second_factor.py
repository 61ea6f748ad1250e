"""The second factor of a sign-in: an authenticator app, and the codes for when it is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime


class SecondFactor(Row, table=True):
    """One person's authenticator app. It counts once it is confirmed.

    `last_step` is the newest time step whose code was taken, so that no code works twice;
    `failures` are the wrong codes in a row, the last of them at `failed_at`.
    """

    __tablename__ = "second_factor"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", unique=True, max_length=32)
    sealed: str = Field(sa_type=Text, repr=False)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_step: int = 0
    failures: int = 0
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCode(Row, table=True):
    """A code that opens the door once without the app. Only its SHA-256 is kept."""

    __tablename__ = "recovery_code"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    code_hash: str = Field(max_length=64, unique=True)
