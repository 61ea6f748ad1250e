"""Provider keys: what a person pays a provider with, sealed."""

from __future__ import annotations

from typing import Self

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class ProviderKey(Row, table=True):
    """One person's key for one provider. Only `last4` is ever shown."""

    __tablename__ = "provider_key"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("user_id", "provider"),)

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=32)
    provider: str = Field(max_length=32)
    sealed: str = Field(sa_type=Text, repr=False)
    last4: str = Field(max_length=4)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The keys this user has given."""
        return select(cls).where(cls.user_id == user.id)
