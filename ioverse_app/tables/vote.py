"""What people thought of answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Text, UniqueConstraint
from sqlmodel import Field

from ioverse_app.tables.row import Row


class VoteValue(StrEnum):
    """Good or bad."""

    UP = "up"
    DOWN = "down"


class Vote(Row, table=True):
    """One person's vote on one answer, with the model and the parameters that made it."""

    __table_args__ = (UniqueConstraint("message_id", "user_id"),)

    message_id: str = Field(foreign_key="message.id", ondelete="CASCADE", index=True, max_length=32)
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    value: str = Field(max_length=8)
    comment: str = Field(default="", sa_type=Text)
    model: str = Field(default="", max_length=255)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
