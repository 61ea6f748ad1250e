"""What happens to a person's images, and how those look that are being made, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from ioverse_app import db, live
from ioverse_app.engine import engine
from ioverse_app.engine.events import ImagePartial
from ioverse_app.live import Lagged
from ioverse_app.services import images
from ioverse_app.services.notices import (
    ImageCame,
    ImagesChanged,
    ImagesEnded,
    ImagesStarted,
    topic,
)
from ioverse_app.tables import User


@dataclass(frozen=True, slots=True)
class Seen:
    """How image number `place` of a run looks by now: a small picture, as a data URL."""

    run_id: str
    place: int
    preview: str


Notice = ImagesStarted | ImageCame | ImagesEnded | ImagesChanged | Lagged
Happening = Seen | Notice
Inbox = asyncio.Queue[Happening]


async def follow(user: User) -> AsyncGenerator[Happening, None]:
    """What a page of this person's images should show, from now on.

    Of each run that is at work, how its images look so far.
    """
    inbox: Inbox = asyncio.Queue()
    readers: dict[str, asyncio.Task[None]] = {}

    def read(run_id: str) -> None:
        if run_id not in readers:
            readers[run_id] = asyncio.create_task(_read(run_id, inbox))

    with live.following(topic(user.id)) as subscription:
        listener = asyncio.create_task(_listen(subscription, inbox))
        try:
            async with db.reading() as session:
                for run in await images.running(session, user):
                    read(run.id)
            while True:
                happening = await inbox.get()
                yield happening
                if isinstance(happening, ImagesStarted):
                    read(happening.run_id)
        finally:
            for task in (listener, *readers.values()):
                task.cancel()


async def _listen(subscription: live.Subscription, inbox: Inbox) -> None:
    async for notice in subscription:
        if isinstance(notice, Notice):
            inbox.put_nowait(notice)


async def _read(run_id: str, inbox: Inbox) -> None:
    async with aclosing(engine.current().batches(run_id)) as batches:
        async for batch in batches:
            seen = [entry.event for entry in batch if isinstance(entry.event, ImagePartial)]
            for place, preview in {event.place: event.preview for event in seen}.items():
                inbox.put_nowait(Seen(run_id, place, preview))
