"""Addresses by which a stranger sees one image for some time.

Nothing is stored for them: the address itself says, signed, which image it opens and how long.
Who deletes the image has closed every address of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.config import settings
from ioverse_app.errors import Conflict, Gone, Invalid
from ioverse_app.services import access, tickets
from ioverse_app.services.access import Action
from ioverse_app.services.images.gallery import get
from ioverse_app.tables import Image, User, now

HOURS = 24
HOURS_MAX = 72
PROGRAM_SECONDS = 3600
"""How long the address is valid that a program gets in place of an image."""

DEAD = "This link is no longer valid. It may have expired, or the image was deleted."
_PURPOSE = "image"
_PATH = "/api/images/{id}/file?ticket={ticket}"


async def link(
    session: AsyncSession, user: User, image_id: str, *, hours: float = HOURS
) -> tuple[str, datetime]:
    """An address that anybody can open for so many hours, and its end. Only what is saved."""
    access.check(user, Action.SHARE)
    if not 1 <= hours <= HOURS_MAX:
        raise Invalid(
            f"A link to an image is valid for 1 to {HOURS_MAX} hours.", code="share_hours_invalid"
        )
    image = await get(session, user, image_id)
    if image.saved_at is None:
        raise Conflict("Save the image before you share it.", code="image_not_saved")
    return address(image, hours * 3600), now() + timedelta(hours=hours)


def address(image: Image, seconds: float) -> str:
    """The address of an image for whoever has it, for so many seconds."""
    ticket = tickets.issue(_PURPOSE, image=image.id, seconds=seconds)
    return settings().address + _PATH.format(id=image.id, ticket=ticket)


async def by_ticket(session: AsyncSession, image_id: str, ticket: str) -> Image:
    """The image that an address of `link` or `address` opens. Gone if it opens none."""
    known = tickets.read(_PURPOSE, ticket, seconds=HOURS_MAX * 3600)
    valid = known and tickets.read(_PURPOSE, ticket, seconds=float(known["seconds"]))
    if not valid or valid["image"] != image_id:
        raise Gone(DEAD, code="link_dead")
    query = select(Image).where(Image.id == image_id, col(Image.deleted_at).is_(None))
    image = (await session.exec(query)).first()
    if image is None:
        raise Gone(DEAD, code="link_dead")
    return image
