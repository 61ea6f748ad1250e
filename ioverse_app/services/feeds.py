"""What happens to a person's chats, and every word of the open one, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ioverse_app import db, live
from ioverse_app.engine import engine
from ioverse_app.engine.events import Entry
from ioverse_app.live import Lagged
from ioverse_app.providers.events import TextDelta
from ioverse_app.services import conversations, messages, runs
from ioverse_app.services.notices import ListChanged, RunEnded, RunStarted, topic
from ioverse_app.tables import User


@dataclass(frozen=True, slots=True)
class Following:
    """From here on nothing is missed. What was loaded before is old unless it agrees with this."""

    head_id: str | None
    answer_id: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """New entries of a run in the open conversation, in order and without gaps.

    `offset` is how many characters of the answer's text come before the first of them.
    """

    run_id: str
    answer_id: str
    offset: int
    entries: Sequence[Entry]


Happening = Following | Said | ListChanged | RunStarted | RunEnded | Lagged
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
                following, run = await _look(user, conversation_id)
                yield following
                if run is not None:
                    read(run)
            while True:
                item = await inbox.get()
                yield item
                if isinstance(item, RunStarted) and item.conversation_id == conversation_id:
                    read(item)
        finally:
            for task in (listener, *readers.values()):
                task.cancel()


async def _look(user: User, conversation_id: str) -> tuple[Following, RunStarted | None]:
    """How the conversation stands now, and the run that is at work in it."""
    async with db.reading() as session:
        conversation = await conversations.get(session, user, conversation_id)
        run = await runs.active(session, conversation)
        if run is None:
            return Following(conversation.head_id, None), None
        answer = await messages.get(session, user, run.message_id)
    started = RunStarted(conversation_id, run.id, answer.id, offset=len(answer.content))
    return Following(conversation.head_id, answer.id), started


async def _listen(subscription: live.Subscription, inbox: Inbox) -> None:
    async for notice in subscription:
        if isinstance(notice, ListChanged | RunStarted | RunEnded | Lagged):
            inbox.put_nowait(notice)


async def _read(run: RunStarted, inbox: Inbox) -> None:
    offset = run.offset
    async with aclosing(engine.current().batches(run.run_id)) as batches:
        async for batch in batches:
            inbox.put_nowait(Said(run.run_id, run.answer_id, offset, batch))
            offset += sum(len(e.event.text) for e in batch if isinstance(e.event, TextDelta))
