"""What the page of images is told. It keeps it in a store of its own (`image_store.js`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ioverse_app import db
from ioverse_app.services import images
from ioverse_app.services.images import Wanted
from ioverse_app.tables import Run, User
from ioverse_app.ui.images import items
from ioverse_app.ui.transcript.pushes import PageEvent

REF = "images"
UNSAVED = 200


def told(**value: Any) -> PageEvent:
    """Put something into the store of the page."""
    return PageEvent(name="_set_value", payload={"ref": REF, "value": value})


async def everything(user: User) -> PageEvent:
    """What a page begins with: runs, results that wait, and the first page of the gallery."""
    async with db.reading() as session:
        runs = await images.recent(session, user)
        waiting = await images.page(session, user, Wanted(saved=False), limit=UNSAVED)
        saved = await images.page(session, user, Wanted(saved=True))
    return told(
        owner=user.id,
        runs=[items.run(run) for run in runs],
        results=[items.image(image) for image in waiting.items],
        page=[items.image(image) for image in saved.items],
        cursor=saved.cursor or "",
        behind="",
        key="",
    )


async def models(user: User) -> PageEvent:
    """Which models make images, and where to connect one if none does."""
    found = [items.model(model) for model in await images.models(user)]
    connect = "/admin/providers" if user.is_admin else "/account/provider-keys"
    return told(models=[model for model in found if model], connect=connect)


async def choices(user: User) -> PageEvent:
    """What the gallery can be filtered by."""
    async with db.reading() as session:
        refs, sizes = await images.choices(session, user)
    return told(
        filters={
            "models": [[ref, items.catalogue.profile(ref).label] for ref in refs],
            "sizes": [f"{width}x{height}" for width, height in sizes],
        }
    )


async def page(user: User, wanted: Wanted, *, key: str, cursor: str) -> PageEvent:
    """A page of the gallery, as it was asked for by this `key`."""
    async with db.reading() as session:
        found = await images.page(session, user, wanted, cursor=cursor or None)
    return told(
        page=[items.image(image) for image in found.items],
        cursor=found.cursor or "",
        behind=cursor,
        key=key,
    )


async def changes(user: User, image_ids: Sequence[str]) -> PageEvent:
    """How these images are now, and which are gone."""
    async with db.reading() as session:
        found = await images.there(session, user, image_ids)
    there = {image.id for image in found}
    return told(
        changed=[items.image(image) for image in found],
        gone=[each for each in image_ids if each not in there],
    )


def begun(run: Run) -> PageEvent:
    """A run that has begun, or how one stands."""
    return told(runs=[items.run(run)])


def checked(serial: int, problems: Mapping[str, str], sentence: str = "") -> PageEvent:
    """What is wrong with each field of a form; nothing, if it is all right."""
    return told(serial=serial, problems=dict(problems), problem=sentence)
