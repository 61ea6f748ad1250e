"""Responses that programs asked for and may come back to."""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import JSON
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class StoredResponse(Row, table=True):
    """One response, as it is told (`body`), and the items of `input` that were new with it.

    Those that go on from each other have the same `chain_id`, the id of the first.
    """

    __tablename__ = "stored_response"  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    chain_id: str = Field(index=True, max_length=32)
    previous_id: str | None = Field(default=None, max_length=32)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    input: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The responses that this user's programs asked for."""
        return select(cls).where(col(cls.user_id) == user.id)
