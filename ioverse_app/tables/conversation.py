"""Conversations: a chat with a model, or a thread with assistants."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlalchemy import Index
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime, now
from ioverse_app.tables.user import User

NEW_TITLE = "New chat"


class Conversation(Row, table=True):
    """A chat with a model, or a thread with assistants, owned by one user.

    `head_id` is the last message of the branch on the screen. `active_at` orders the list.
    """

    __table_args__ = (Index("ix_conversation_owner_active", "owner_id", "active_at"),)

    owner_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=32)
    title: str = Field(default=NEW_TITLE, max_length=255)
    model: str | None = Field(default=None, max_length=255)
    head_id: str | None = Field(default=None, max_length=32)
    active_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The conversations this user may open, newest first. Access is decided here only."""
        return (
            select(cls)
            .where(cls.owner_id == user.id, col(cls.deleted_at).is_(None))
            .order_by(col(cls.active_at).desc(), col(cls.id).desc())
        )

    @classmethod
    def deleted_by(cls, user: User) -> SelectOfScalar[Self]:
        """The conversations this user has deleted and may bring back."""
        return select(cls).where(cls.owner_id == user.id, col(cls.deleted_at).is_not(None))
