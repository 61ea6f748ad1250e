"""Where a command is typed: by whom, in which chat, with which model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ioverse_app import db
from ioverse_app.errors import Conflict, Invalid
from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.services import conversations, messages, paying
from ioverse_app.services.beginning import Beginning
from ioverse_app.services.notices import SettingsChanged, tell_after
from ioverse_app.tables import Conversation, Message, MessageStatus, User

MOST = 10_000
"""The messages that a command looks at."""

Chat = Conversation | Beginning


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command is typed. `model` is the one that was chosen for the next answer.

    `address` is that of this installation, as the person knows it.
    """

    user: User
    conversation_id: str | None
    model: str | None = None
    beginning: Beginning | None = None
    address: str = ""

    async def look(self) -> Chat:
        """The chat as it is, or as it will begin."""
        if self.conversation_id is None:
            return self.beginning or Beginning()
        async with db.reading() as session:
            return await conversations.get(session, self.user, self.conversation_id)

    @asynccontextmanager
    async def settings(self) -> AsyncGenerator[Chat, None]:
        """The chat, to set what holds for its answers. Every page of it is told."""
        if self.conversation_id is None:
            if self.beginning is None:
                raise _begin_first()
            yield self.beginning
            return
        async with db.transaction() as session:
            yield await conversations.get(session, self.user, self.conversation_id)
            tell_after(session, self.user.id, SettingsChanged(self.conversation_id))

    async def branch(self) -> Sequence[Message]:
        """The messages on the screen, oldest first; none before the chat has begun."""
        if self.conversation_id is None:
            return []
        async with db.reading() as session:
            conversation = await conversations.get(session, self.user, self.conversation_id)
            return await messages.branch(session, conversation, conversation.head_id, MOST)

    async def still(self) -> Sequence[Message]:
        """The same, once nothing is being written below it; else raises Conflict."""
        branch = await self.branch()
        if branch and branch[-1].status == MessageStatus.STREAMING:
            raise Conflict(
                "An answer is still being written here. Stop it, or wait until it is done.",
                code="run_active",
            )
        return branch

    async def ref(self) -> str:
        """The model that gives the next answer."""
        return self.model or (await self.look()).model or await paying.default(self.user)

    async def profile(self) -> Profile:
        """What is known of that model."""
        return catalogue.profile(await self.ref())

    @property
    def chat_id(self) -> str:
        """The conversation; raises Invalid before there is one."""
        if self.conversation_id is None:
            raise _begin_first()
        return self.conversation_id


def _begin_first() -> Invalid:
    return Invalid("There is no chat yet. Send a message first.", code="chat_needed")
