"""The images of a person: a page of them, one of them, saved, deleted and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import storage
from ioverse_app.errors import NotFound
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.services.cursors import Cursor
from ioverse_app.services.notices import ImagesChanged, tell_after
from ioverse_app.tables import Image, User, now
from ioverse_app.words import phrase

PAGE = 50
MOST = 200
"""Images in one page, and images that are changed at once."""

NOT_FOUND = "This image is not there. It may have been deleted."
_GROUP = "i"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which images: with these words in their prompts, of this model, size and time.

    `saved` is None for all, `deleted` for those in the trash.
    """

    search: str = ""
    model: str = ""
    width: int | None = None
    height: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    saved: bool | None = None
    run_id: str = ""
    conversation_id: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some images, newest first, and the cursor of those that follow, if any do."""

    items: Sequence[Image]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes of an image, or of its thumbnail: where they are, and what they are."""

    image: Image
    path: Path
    key: str
    media_type: str


async def page(
    session: AsyncSession,
    user: User,
    wanted: Wanted = Wanted(),
    *,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page:
    """A page of this person's images, newest first; of the trash, what was deleted last first."""
    limit = max(1, min(limit, MOST))
    query = _filtered(Image.deleted_by(user) if wanted.deleted else Image.visible_to(user), wanted)
    moment = Image.deleted_at if wanted.deleted else Image.created_at
    if cursor:
        query = query.where(Cursor.read(cursor).behind(col(moment), col(Image.id)))
    found = (await session.exec(query.limit(limit + 1))).all()
    items = found[:limit]
    last = items[-1] if len(found) > limit else None
    return Page(items, str(_place(last, wanted)) if last else None)


async def get(session: AsyncSession, user: User, image_id: str) -> Image:
    """The image with this id, if this user may see it. NotFound else."""
    return (await these(session, user, [image_id]))[0]


async def content(
    session: AsyncSession, user: User, image_id: str, *, thumbnail: bool = False
) -> Kept:
    """Where the bytes of an image, or of its thumbnail, are."""
    image = await get(session, user, image_id)
    return await kept(image, thumbnail=thumbnail)


async def kept(image: Image, *, thumbnail: bool = False) -> Kept:
    """The same, of an image that was found already."""
    key = image.thumbnail if thumbnail else image.stored
    media_type = "image/webp" if thumbnail else image.media_type
    return Kept(image, await storage.find(key), key, media_type)


async def save(
    session: AsyncSession, user: User, image_ids: Sequence[str], *, saved: bool = True
) -> list[Image]:
    """Keep these images for good, or no longer than results are kept."""
    access.check(user, Action.READ)
    images = await these(session, user, image_ids)
    for image in images:
        image.saved_at = (image.saved_at or now()) if saved else None
    return _told(session, user, images)


async def discard(session: AsyncSession, user: User, image_ids: Sequence[str]) -> list[Image]:
    """Throw away results. Until the clock comes they can be brought back."""
    return await delete(session, user, image_ids)


async def delete(session: AsyncSession, user: User, image_ids: Sequence[str]) -> list[Image]:
    """Put these images into the trash, where what was saved stays for 30 days."""
    access.check(user, Action.READ)
    images = await these(session, user, image_ids)
    for image in images:
        image.deleted_at = now()
    return _told(session, user, images)


async def restore(session: AsyncSession, user: User, image_ids: Sequence[str]) -> list[Image]:
    """Bring images back from the trash, as they were."""
    access.check(user, Action.READ)
    images = await these(session, user, image_ids, deleted=True)
    for image in images:
        image.deleted_at = None
    return _told(session, user, images)


async def sources_of(session: AsyncSession, user: User, image: Image) -> list[Image]:
    """The images that this one was made from, as far as they are there."""
    if not image.sources:
        return []
    query = Image.visible_to(user).where(col(Image.id).in_(image.sources))
    there = {row.id: row for row in (await session.exec(query)).all()}
    return [there[one] for one in image.sources if one in there]


async def these(
    session: AsyncSession, user: User, image_ids: Sequence[str], *, deleted: bool = False
) -> list[Image]:
    """These images in their order; NotFound unless each is there."""
    wanted = list(dict.fromkeys(each.replace("\0", "") for each in image_ids))[:MOST]
    query = Image.deleted_by(user) if deleted else Image.visible_to(user)
    found = (await session.exec(query.where(col(Image.id).in_(wanted)))).all()
    there = {image.id: image for image in found}
    if not wanted or len(there) < len(wanted):
        raise NotFound(NOT_FOUND)
    return [there[each] for each in wanted]


def _told(session: AsyncSession, user: User, images: list[Image]) -> list[Image]:
    tell_after(session, user.id, ImagesChanged(tuple(image.id for image in images)))
    return images


def _filtered(query: Any, wanted: Wanted) -> Any:
    for word in dict.fromkeys(wanted.search.split()):
        found, _ = phrase(word)
        if found:  # the last of them may be only the beginning of a word
            looked_for = f" {' '.join(found)}"
            query = query.where(col(Image.words).contains(looked_for, autoescape=True))
    if wanted.model:
        query = query.where(Image.model == wanted.model)
    if wanted.width:
        query = query.where(Image.width == wanted.width)
    if wanted.height:
        query = query.where(Image.height == wanted.height)
    if wanted.since:
        query = query.where(col(Image.created_at) >= wanted.since)
    if wanted.until:
        query = query.where(col(Image.created_at) < wanted.until)
    if wanted.saved is not None:
        saved = col(Image.saved_at)
        query = query.where(saved.is_not(None) if wanted.saved else saved.is_(None))
    if wanted.run_id:
        query = query.where(Image.run_id == wanted.run_id)
    if wanted.conversation_id:
        query = query.where(Image.conversation_id == wanted.conversation_id)
    return query


def _place(image: Image, wanted: Wanted) -> Cursor:
    moment = image.deleted_at if wanted.deleted else image.created_at
    return Cursor(_GROUP, moment or image.created_at, image.id)
