"""Forks: a new conversation that begins as a copy of a branch."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Conflict
from ioverse_app.services import attachments, conversations, messages
from ioverse_app.services.notices import ListChanged, tell_after
from ioverse_app.tables import Conversation, Message, MessageStatus, User

MOST = 10_000
"""Messages in a copy."""

_COPIED = (
    "role",
    "content",
    "reasoning",
    "translation",
    "status",
    "model",
    "finish_reason",
    "error_code",
    "error_message",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
    "left_out",
)


async def fork(session: AsyncSession, user: User, message_id: str) -> Conversation:
    """A new conversation with everything down to this message. The old one stays as it is."""
    message = await messages.get(session, user, message_id)
    if message.status == MessageStatus.STREAMING:
        raise Conflict("This answer is still being written. Fork it when it is done.")
    old = await conversations.get(session, user, message.conversation_id)
    branch = await messages.branch(session, old, message.id, MOST)
    new = await conversations.start(session, user, old.title, temporary=old.temporary)
    new.model, new.parameters = old.model, dict(old.parameters)
    new.facts, new.language, new.model_language = dict(old.facts), old.language, old.model_language
    parent_id: str | None = None
    copies: list[tuple[Message, Message]] = []
    for one in branch:
        copy = Message(
            conversation_id=new.id,
            parent_id=parent_id,
            **{name: getattr(one, name) for name in _COPIED},
        )
        session.add(copy)
        parent_id = copy.id
        copies.append((one, copy))
    await attachments.copy(session, user, copies)
    await session.flush()
    new.head_id = parent_id
    tell_after(session, user.id, ListChanged(new.id))
    return new
