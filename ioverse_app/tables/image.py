"""Images that a model made, each with all that is known of how."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON, BigInteger, Index, Text
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class Image(Row, table=True):
    """One image. `stored` and `thumbnail` name its bytes in the storage, by their SHA-256.

    `place` counts the images of its run from 0. `words` are those of the prompts, as they are
    searched for. `parameters` are what was asked for, `sources` the images that it was made from.
    `blurred` is a data URL of some hundred characters, to show until the thumbnail has come.
    `size` is in bytes, `cost` in micro-dollars. Without `saved_at` it is purged after a day.
    """

    __table_args__ = (Index("ix_image_user_created", "user_id", "created_at", "id"),)

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=32)
    run_id: str | None = Field(
        default=None, foreign_key="run.id", ondelete="SET NULL", index=True, max_length=32
    )
    conversation_id: str | None = Field(
        default=None,
        foreign_key="conversation.id",
        ondelete="SET NULL",
        index=True,
        max_length=32,
    )
    place: int = 0
    prompt: str = Field(sa_type=Text)
    revised_prompt: str | None = Field(default=None, sa_type=Text)
    words: str = Field(default="", sa_type=Text)
    model: str = Field(max_length=255)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    sources: list[str] = Field(default_factory=list, sa_type=JSON)
    usage: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    cost: int | None = Field(default=None, sa_type=BigInteger)
    seed: int | None = Field(default=None, sa_type=BigInteger)
    width: int
    height: int
    format: str = Field(max_length=16)
    size: int
    stored: str = Field(index=True, max_length=64)
    thumbnail: str = Field(index=True, max_length=64)
    blurred: str = Field(default="", sa_type=Text)
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def media_type(self) -> str:
        """What its bytes are."""
        return f"image/{self.format}"

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The images this user may see, newest first. Access is decided here only."""
        return (
            select(cls)
            .where(cls.user_id == user.id, col(cls.deleted_at).is_(None))
            .order_by(col(cls.created_at).desc(), col(cls.id).desc())
        )

    @classmethod
    def deleted_by(cls, user: User) -> SelectOfScalar[Self]:
        """The images that this user deleted, and can have back."""
        return (
            select(cls)
            .where(cls.user_id == user.id, col(cls.deleted_at).is_not(None))
            .order_by(col(cls.deleted_at).desc(), col(cls.id).desc())
        )
