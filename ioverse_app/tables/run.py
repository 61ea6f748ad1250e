"""Runs, and the append-only log of what each one said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, BigInteger, Index
from sqlalchemy.orm import defer
from sqlmodel import Field, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.conversation import Conversation
from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class RunStatus(StrEnum):
    """How far an answer is: queued, in_progress, then one of the ends."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    REQUIRES_ACTION = "requires_action"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self not in (RunStatus.QUEUED, RunStatus.IN_PROGRESS, RunStatus.REQUIRES_ACTION)


class RunKind(StrEnum):
    """What a run makes: an answer in a conversation, or images."""

    CHAT = "chat"
    IMAGE = "image"


OPEN = (RunStatus.QUEUED, RunStatus.IN_PROGRESS)
"""The states in which a process is at work."""


class Run(Row, table=True):
    """One answer being produced. `owner` names the process that produces it.

    One that makes images has neither a conversation nor a message.
    `plan` is what the model was shown; `cost` is in micro-dollars.
    """

    __table_args__ = (Index("ix_run_status", "status"),)

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    kind: str = Field(
        default=RunKind.CHAT, max_length=16, sa_column_kwargs={"server_default": RunKind.CHAT}
    )
    conversation_id: str | None = Field(
        default=None,
        foreign_key="conversation.id",
        ondelete="CASCADE",
        index=True,
        max_length=32,
    )
    message_id: str | None = Field(
        default=None, foreign_key="message.id", ondelete="CASCADE", index=True, max_length=32
    )
    model: str = Field(max_length=255)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: str = Field(default=RunStatus.QUEUED, max_length=16)
    owner: str = Field(default="", max_length=64)
    finish_reason: str | None = Field(default=None, max_length=32)
    error_code: str | None = Field(default=None, max_length=64)
    error_message: str | None = Field(default=None, max_length=1000)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_token_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: int | None = Field(default=None, sa_type=BigInteger)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The runs in conversations that this user may open, and their own outside of any."""
        conversations = Conversation.visible_to(user).with_only_columns(col(Conversation.id))
        plan: Any = cls.plan  # it is long, and seldom asked for
        query = select(cls).options(defer(plan))
        outside = col(cls.conversation_id).is_(None) & (col(cls.user_id) == user.id)
        return query.where(or_(col(cls.conversation_id).in_(conversations.order_by(None)), outside))


class RunEvent(SQLModel, table=True):
    """One numbered entry of a run's log. Numbers start at 1 and have no gaps."""

    __tablename__ = "run_event"  # pyright: ignore[reportAssignmentType]

    run_id: str = Field(foreign_key="run.id", ondelete="CASCADE", primary_key=True, max_length=32)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=32)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
