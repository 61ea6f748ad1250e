"""What happens to a person's chats, and every word of the open one, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from ioverse_app import db, live
from ioverse_app.engine import engine
from ioverse_app.engine.events import Entry
from ioverse_app.errors import NotFound
from ioverse_app.live import Lagged
from ioverse_app.providers.events import TextDelta
from ioverse_app.services import conversations, notices
from ioverse_app.services.notices import RunStarted, topic
from ioverse_app.tables import Conversation, Message, Run, User
from ioverse_app.tables.run import OPEN


@dataclass(frozen=True, slots=True)
class Following:
    """From here on nothing is missed. What was loaded before is old unless it agrees with this."""

    head_id: str | None
    answer_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """New entries of a run in the open conversation, in order and without gaps.

    `offset` is how many characters of the answer's text come before the first of them.
    """

    run_id: str
    answer_id: str
    offset: int
    entries: Sequence[Entry]


Notice = notices.Notice | Lagged
Happening = Following | Said | Notice
Inbox = asyncio.Queue[Happening]


async def follow(
    user: User, conversation_id: str | None, begun: RunStarted | None = None
) -> AsyncGenerator[Happening, None]:
    """What this person's page should show, from now on.

    Notices about all their chats, and of the open conversation every run from its first entry:
    the one that is at work, and those that begin later. `begun` is the run that the page itself
    has just begun with a new conversation: there is nothing else to look for.
    """
    inbox: Inbox = asyncio.Queue()
    readers: dict[str, asyncio.Task[None]] = {}

    def read(run: RunStarted) -> None:
        if run.run_id not in readers:
            readers[run.run_id] = asyncio.create_task(_read(run, inbox))

    with live.following(topic(user.id)) as subscription:
        listener = asyncio.create_task(_listen(subscription, inbox))
        try:
            if begun is not None:
                read(begun)
            elif conversation_id is not None:
                following, begun_before = await _look(user, conversation_id)
                yield following
                for run in begun_before:
                    read(run)
            while True:
                item = await inbox.get()
                yield item
                if isinstance(item, RunStarted) and item.conversation_id == conversation_id:
                    read(item)
        finally:
            for task in (listener, *readers.values()):
                task.cancel()


async def _look(user: User, conversation_id: str) -> tuple[Following, list[RunStarted]]:
    """How the conversation stands now, and the runs that are at work in it."""
    visible = Conversation.visible_to(user).with_only_columns(col(Conversation.id)).order_by(None)
    query = (
        select(
            col(Conversation.head_id),
            col(Run.id),
            col(Run.message_id),
            func.length(Message.content),
        )
        .outerjoin(Run, (col(Run.conversation_id) == Conversation.id) & col(Run.status).in_(OPEN))
        .outerjoin(Message, col(Message.id) == col(Run.message_id))
        .where(Conversation.id == conversation_id, col(Conversation.id).in_(visible))
    )
    async with db.reading() as session:
        rows = (await session.exec(query)).all()
    if not rows:
        raise NotFound(conversations.NOT_FOUND)
    begun = [
        RunStarted(conversation_id, run_id, answer_id, offset=offset)
        for _, run_id, answer_id, offset in rows
        if run_id and answer_id
    ]
    return Following(rows[0][0], frozenset(run.answer_id for run in begun)), begun


async def _listen(subscription: live.Subscription, inbox: Inbox) -> None:
    async for notice in subscription:
        if isinstance(notice, Notice | Lagged):
            inbox.put_nowait(notice)


async def _read(run: RunStarted, inbox: Inbox) -> None:
    offset = run.offset
    async with aclosing(engine.current().batches(run.run_id)) as batches:
        async for batch in batches:
            inbox.put_nowait(Said(run.run_id, run.answer_id, offset, batch))
            offset += sum(len(e.event.text) for e in batch if isinstance(e.event, TextDelta))
