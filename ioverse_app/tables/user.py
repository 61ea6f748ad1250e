"""People with an account."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime


class Role(StrEnum):
    """What a person is here; `services.access` says what each may do."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"


class User(Row, table=True):
    """A person with an account. Names and addresses are kept as typed and compared folded.

    At `erase_at` the account is erased with everything in it: its person asked for that.
    """

    username: str = Field(max_length=64)
    username_folded: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254)
    email_folded: str = Field(max_length=254, unique=True)
    password_hash: str = Field(max_length=255)
    role: str = Field(default=Role.MEMBER, max_length=16)
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    blocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erase_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_admin(self) -> bool:
        """Whether this person administers the workspace."""
        return self.role in (Role.OWNER, Role.ADMIN)
