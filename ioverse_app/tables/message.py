"""Messages: the tree of a conversation."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from ioverse_app.tables.row import Row


class MessageStatus(StrEnum):
    """How a message stands; the page shows it as `data-status`."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"
    ERROR = "error"


class InContext(StrEnum):
    """Whether a message is sent to the model: as there is room, always, or never."""

    AS_FITS = ""
    PINNED = "pinned"
    EXCLUDED = "excluded"


class Message(Row, table=True):
    """One turn of a conversation, hanging below the turn it follows.

    While its run is in progress, `content` holds what came before that run; the rest is in the
    run's log. Tokens, seconds and the error are the last run's; `left_out` counts the earlier
    messages that no longer fitted into the model's window. `translation` is a question as the
    model got it, or an answer in its person's language. `cost` is in micro-dollars.
    """

    conversation_id: str = Field(
        foreign_key="conversation.id", ondelete="CASCADE", index=True, max_length=32
    )
    parent_id: str | None = Field(
        default=None, foreign_key="message.id", ondelete="CASCADE", index=True, max_length=32
    )
    role: str = Field(max_length=16)
    content: str = Field(default="", sa_type=Text)
    reasoning: str = Field(default="", sa_type=Text)
    translation: str = Field(default="", sa_type=Text)
    status: str = Field(default=MessageStatus.COMPLETE, max_length=16)
    model: str | None = Field(default=None, max_length=255)
    finish_reason: str | None = Field(default=None, max_length=32)
    error_code: str | None = Field(default=None, max_length=64)
    error_message: str | None = Field(default=None, max_length=1000)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None
    cost: int | None = Field(default=None, sa_type=BigInteger)
    left_out: int = 0
    in_context: str = Field(default=InContext.AS_FITS, max_length=8)
