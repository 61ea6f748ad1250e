"""Versions: messages with the same parent, and the branch that is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.services import conversations, messages
from ioverse_app.services.notices import BranchChanged, tell_after
from ioverse_app.tables import Conversation, Message, User


@dataclass(frozen=True, slots=True)
class Version:
    """Where a message stands among its versions: `number` of `count`, from 1, oldest first."""

    number: int = 1
    count: int = 1
    previous_id: str | None = None
    next_id: str | None = None


async def of(session: AsyncSession, shown: Sequence[Message]) -> dict[str, Version]:
    """The versions of each of these messages, by id. They are of one conversation."""
    if not shown:
        return {}
    parents = {message.parent_id for message in shown}
    query = select(col(Message.id), col(Message.parent_id)).where(
        Message.conversation_id == shown[0].conversation_id,
        func.coalesce(Message.parent_id, "").in_({parent or "" for parent in parents}),
    )
    families: dict[str | None, list[str]] = {}
    for message_id, parent_id in (await session.exec(query.order_by(col(Message.id)))).all():
        families.setdefault(parent_id, []).append(message_id)
    return {message.id: _place(message.id, families[message.parent_id]) for message in shown}


async def show(session: AsyncSession, user: User, message_id: str) -> Conversation:
    """Put the branch of this version on the screen, down to what was written last below it."""
    message = await messages.get(session, user, message_id)
    conversation = await conversations.get(session, user, message.conversation_id)
    below = select(col(Message.id)).where(Message.id == message.id).cte("below", recursive=True)
    below = below.union_all(select(col(Message.id)).where(col(Message.parent_id) == below.c.id))
    conversation.head_id = (await session.exec(select(func.max(below.c.id)))).one()
    tell_after(session, user.id, BranchChanged(conversation.id))
    return conversation


def _place(message_id: str, family: list[str]) -> Version:
    at = family.index(message_id)
    return Version(
        at + 1,
        len(family),
        family[at - 1] if at > 0 else None,
        family[at + 1] if at + 1 < len(family) else None,
    )
