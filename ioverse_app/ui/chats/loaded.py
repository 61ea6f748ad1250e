"""A page of a conversation, as it was read for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reflex.event import Event
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.services import attachments, messages, versions, votes
from ioverse_app.services.versions import Version
from ioverse_app.tables import Conversation, Message, MessageStatus, Run, User
from ioverse_app.ui.attachments import AttachmentItem
from ioverse_app.ui.attachments.item import items_of
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.transcript import push_all, reasoning, translation


@dataclass(frozen=True)
class Loaded:
    """What a conversation looks like in the database."""

    conversation: Conversation
    page: messages.Page
    versions: dict[str, Version]
    votes: dict[str, str]
    attachments: dict[str, list[AttachmentItem]]
    run: Run | None = None

    @classmethod
    async def of(
        cls,
        session: AsyncSession,
        user: User,
        conversation: Conversation,
        page: messages.Page,
        run: Run | None = None,
    ) -> Loaded:
        """This page of it, with what stands around its messages."""
        return cls(
            conversation,
            page,
            await versions.of(session, page.items),
            await votes.of(session, user, page.items),
            items_of(await attachments.of(session, page.items)),
            run,
        )

    def texts(self, known: Sequence[MessageItem] = ()) -> Event:
        """The event that brings the texts to the page, but for those that it has."""
        there = {item.id for item in known if item.status != MessageStatus.STREAMING}
        return push_all(_texts([one for one in self.page.items if one.id not in there]))

    def items(self) -> list[MessageItem]:
        """The messages as the page draws them."""
        return [
            MessageItem.of(one, self.versions[one.id], self.attachments.get(one.id, ()))
            for one in self.page.items
        ]


def _texts(items: Sequence[Message]) -> list[tuple[str, int, str]]:
    """The texts of messages, as the page wants them."""
    texts = [(message.id, 0, message.content) for message in items]
    texts += [(reasoning(m.id), 0, m.reasoning) for m in items if m.reasoning]
    texts += [(translation(m.id), 0, m.translation) for m in items if m.translation]
    return texts
