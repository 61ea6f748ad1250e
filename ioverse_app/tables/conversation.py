"""Conversations: a chat with a model, or a thread with assistants."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON, ColumnElement, Index, text
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime, now
from ioverse_app.tables.user import User

NEW_TITLE = "New chat"


class Conversation(Row, table=True):
    """A chat with a model, or a thread with assistants, owned by one user.

    `head_id` is the last message of the branch on the screen. `active_at` orders the list;
    what is pinned comes first in it, what is archived is kept apart. A `temporary` one is in no
    list and is purged. With both languages set, what its person writes in `language` is put to
    the model in `model_language`, and its answers come back. `facts` are told to the model.
    `origin` names the program that it was brought along from, and its id there.
    """

    __table_args__ = (
        Index("ix_conversation_owner_active", "owner_id", "active_at"),
        Index("ix_conversation_owner_origin", "owner_id", "origin"),
        Index(
            "ix_conversation_owner_pinned",  # so that the few are not looked for among the many
            "owner_id",
            "active_at",
            sqlite_where=text("pinned_at IS NOT NULL"),
            postgresql_where=text("pinned_at IS NOT NULL"),
        ),
    )

    owner_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=32)
    origin: str | None = Field(default=None, max_length=255)
    title: str = Field(default=NEW_TITLE, max_length=255)
    model: str | None = Field(default=None, max_length=255)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    facts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    language: str | None = Field(default=None, max_length=35)
    model_language: str | None = Field(default=None, max_length=35)
    temporary: bool = False
    head_id: str | None = Field(default=None, max_length=32)
    active_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    pinned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
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
    def listed_for(cls, user: User, *, archived: bool = False) -> SelectOfScalar[Self]:
        """The conversations in this user's list, or those that were put out of it."""
        kept = col(cls.archived_at)
        return cls.visible_to(user).where(
            kept.is_not(None) if archived else kept.is_(None), ~col(cls.temporary)
        )

    @classmethod
    def deleted_by(cls, user: User) -> SelectOfScalar[Self]:
        """The conversations in this user's trash, what was deleted last first."""
        return (
            select(cls)
            .where(cls.is_deleted_by(user))
            .order_by(col(cls.deleted_at).desc(), col(cls.id).desc())
        )

    @classmethod
    def is_deleted_by(cls, user: User) -> ColumnElement[bool]:
        """Whether a conversation is in this user's trash."""
        mine = col(cls.owner_id) == user.id
        return mine & col(cls.deleted_at).is_not(None) & ~col(cls.temporary)

    @classmethod
    def kept_by(cls, user: User) -> SelectOfScalar[Self]:
        """The conversations in any list of this user: chats, archived, or in the trash."""
        return select(cls).where(cls.owner_id == user.id, ~col(cls.temporary))
