"""Providers that administrators have added."""

from __future__ import annotations

from typing import Self

from sqlalchemy import JSON, Text
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class Provider(Row, table=True):
    """A provider, by its preset (`kind`). `name` begins the `ref` of each of its models.

    Only `last4` of the server's key is ever shown. `allowed_groups` says who may use it; None is
    everybody.
    """

    name: str = Field(max_length=32, unique=True)
    kind: str = Field(max_length=32)
    label: str = Field(max_length=64)
    base_url: str = Field(max_length=500)
    sealed: str | None = Field(default=None, sa_type=Text, repr=False)
    last4: str = Field(default="", max_length=4)
    enabled: bool = True
    place: int = 0
    allowed_groups: list[str] | None = Field(default=None, sa_type=JSON)
    created_by: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", max_length=32
    )

    @classmethod
    def administered_by(cls, user: User) -> SelectOfScalar[Self]:
        """Those that this person may change, in their order."""
        found = select(cls).order_by(col(cls.place), col(cls.id))
        return found if user.is_admin else found.where(col(cls.id).is_(None))
