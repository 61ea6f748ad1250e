"""What people put beside a message: pictures, and documents as text."""

from __future__ import annotations

from typing import Self

from sqlalchemy import Text
from sqlmodel import Field, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.conversation import Conversation
from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class Attachment(Row, table=True):
    """A file of a message, or one that waits beside the composer (without a `message_id`).

    `stored` names its bytes in the storage, by their SHA-256. `text` is what was read out of it;
    `cut` says that there was more. Sizes are bytes and pixels. `place` orders those of a message.
    """

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=32)
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
    place: int = 0
    name: str = Field(max_length=255)
    kind: str = Field(max_length=16)
    media_type: str = Field(max_length=100)
    size: int
    stored: str = Field(index=True, max_length=64)
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    text: str = Field(default="", sa_type=Text)
    cut: bool = False

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """Those in conversations that this user may open, and their own that wait."""
        conversations = Conversation.visible_to(user).with_only_columns(col(Conversation.id))
        waiting = col(cls.conversation_id).is_(None) & (col(cls.user_id) == user.id)
        return select(cls).where(
            or_(col(cls.conversation_id).in_(conversations.order_by(None)), waiting)
        )
