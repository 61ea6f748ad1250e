"""Links by which strangers read a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from sqlalchemy import JSON
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row, UtcDateTime
from ioverse_app.tables.user import User


class Share(Row, table=True):
    """One link. The link itself is kept nowhere, only the SHA-256 of its token.

    `content` is what a snapshot shows; without it the link is live and shows the branch that is
    on its owner's screen, but for the messages in `omitted`. No `expires_at` means never.
    """

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
    conversation_id: str = Field(
        foreign_key="conversation.id", ondelete="CASCADE", index=True, max_length=32
    )
    label: str = Field(default="", max_length=100)
    token_hash: str = Field(max_length=64, unique=True)
    password_hash: str | None = Field(default=None, max_length=255)
    content: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    omitted: list[str] = Field(default_factory=list, sa_type=JSON)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    views: int = 0
    views_max: int | None = None

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """The links that this user made, newest first."""
        return select(cls).where(cls.user_id == user.id).order_by(col(cls.id).desc())


class ShareView(Row, table=True):
    """That a link was read: when, and by what kind of program. Nobody's address is kept."""

    __tablename__ = "share_view"  # pyright: ignore[reportAssignmentType]

    share_id: str = Field(foreign_key="share.id", ondelete="CASCADE", index=True, max_length=32)
    client: str = Field(default="", max_length=60)
