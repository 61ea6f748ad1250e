"""Exports: a chat as a file that can be read without this application."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.services import conversations, messages
from ioverse_app.services.exports.markdown import transcript_markdown
from ioverse_app.services.exports.tree import transcript_json
from ioverse_app.tables import Conversation, Message, User

MOST = 10_000
"""Messages in an export."""

UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class File:
    """An exported chat."""

    name: str
    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Format:
    """How a chat is written; `whole` says that every version is wanted."""

    ending: str
    media_type: str
    write: Callable[[Conversation, Sequence[Message]], str]
    whole: bool = False


FORMATS = {
    "markdown": Format("md", "text/markdown; charset=utf-8", transcript_markdown),
    "json": Format("json", "application/json", transcript_json, whole=True),
}


async def export(session: AsyncSession, user: User, conversation_id: str, format_name: str) -> File:
    """A chat in one of the formats."""
    conversation = await conversations.get(session, user, conversation_id)
    form = FORMATS[format_name]
    if form.whole:
        query = select(Message).where(Message.conversation_id == conversation.id)
        found = (await session.exec(query.order_by(col(Message.id)).limit(MOST))).all()
    else:
        found = await messages.branch(session, conversation, conversation.head_id, MOST)
    name = UNSAFE.sub(" ", conversation.title).strip(" .")[:100] or "chat"
    return File(f"{name}.{form.ending}", form.media_type, form.write(conversation, found))
