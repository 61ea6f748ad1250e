"""Messages: the branch of a conversation that is on the screen, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, func, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.config import settings
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.tables import Conversation, InContext, Message, User

PAGE = 40
MOST = 10_000
"""The most messages of a branch that are looked through for what is pinned."""


@dataclass(frozen=True, slots=True)
class Page:
    """Neighbouring messages, oldest first, and the id of the one before them (None at the top).

    `has_later` says that the newest of the branch are not among them.
    """

    items: Sequence[Message]
    earlier_id: str | None
    has_later: bool = False


async def page(
    session: AsyncSession,
    conversation: Conversation,
    *,
    last_id: str | None = None,
    limit: int = PAGE,
) -> Page:
    """The newest messages of the branch, or those that end with `last_id`."""
    items = await branch(session, conversation, last_id or conversation.head_id, limit)
    return Page(items, items[0].parent_id if items else None)


async def branch(
    session: AsyncSession, conversation: Conversation, last_id: str | None, limit: int
) -> Sequence[Message]:
    """The message `last_id` and at most `limit - 1` of those above it, oldest first."""
    if last_id is None:
        return []
    above = _above(conversation, last_id, limit)
    query = (
        select(Message).join(above, col(Message.id) == above.c.id).order_by(above.c.height.desc())
    )
    return (await session.exec(query)).all()


async def pinned_above(
    session: AsyncSession, conversation: Conversation, last_id: str
) -> tuple[Sequence[Message], int]:
    """What is pinned of the branch down to `last_id`, oldest first, and how long that is."""
    above = _above(conversation, last_id, MOST)
    pinned = (
        select(Message)
        .join(above, col(Message.id) == above.c.id)
        .where(Message.in_context == InContext.PINNED)
        .order_by(above.c.height.desc())
    )
    height = (await session.exec(select(func.max(above.c.height)))).one()
    return (await session.exec(pinned)).all(), height or 0


async def get(session: AsyncSession, user: User, message_id: str) -> Message:
    """The message with this id, if this user may open its conversation."""
    query = select(Message).where(
        Message.id == message_id,
        col(Message.conversation_id).in_(
            Conversation.visible_to(user).with_only_columns(col(Conversation.id)).order_by(None)
        ),
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound("This message is not there. It may have been deleted.")
    return found


def checked(text: str, *, may_be_empty: bool = False) -> str:
    """The text of a message as it is kept, or a sentence that says why it cannot be sent.

    One with attachments may be empty.
    """
    text = text.replace("\x00", "").strip()
    most = settings().message_max_chars
    if not text and not may_be_empty:
        raise Invalid("Message content is required.", code="message_empty")
    if len(text) > most:
        raise Invalid(
            f"This message has {len(text):,} characters; {most:,} is the most. Shorten it, "
            "or send it in parts.",
            code="message_too_long",
        )
    return text


def _above(conversation: Conversation, last_id: str, limit: int) -> CTE:
    above = (
        select(col(Message.id), col(Message.parent_id), literal(1).label("height"))
        .where(Message.id == last_id, Message.conversation_id == conversation.id)
        .cte("above", recursive=True)
    )
    return above.union_all(
        select(col(Message.id), col(Message.parent_id), above.c.height + 1).where(
            Message.id == above.c.parent_id, above.c.height < limit
        )
    )
