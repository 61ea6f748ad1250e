"""Passkeys: public keys of devices that sign their owner in."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class Passkey(Row, table=True):
    """One passkey of one person. Ids and keys are base64url, as WebAuthn writes them."""

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    name: str = Field(max_length=64)
    credential_id: str = Field(max_length=1400, unique=True)
    public_key: str = Field(sa_type=Text)
    sign_count: int = Field(default=0, sa_type=BigInteger)
    backed_up: bool = False
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The passkeys of this user, oldest first."""
        return select(cls).where(cls.user_id == user.id).order_by(col(cls.id))
