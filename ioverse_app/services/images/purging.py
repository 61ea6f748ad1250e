"""Images that nobody wanted, and those that have been in the trash for long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, delete
from sqlmodel import col

from ioverse_app import db
from ioverse_app.services.trash import KEPT
from ioverse_app.tables import Image, now

WAITS = timedelta(hours=24)
"""How long a result waits to be saved."""


async def purge() -> int:
    """Forget results that nobody saved within a day, and what was deleted 30 days ago; how many.

    Their files are left to the storage's purge.
    """
    unsaved = col(Image.saved_at).is_(None) & (col(Image.created_at) < now() - WAITS)
    return await _forget(unsaved | (col(Image.deleted_at) < now() - KEPT))


async def _forget(which: ColumnElement[bool]) -> int:
    async with db.transaction() as session:
        forgotten = await session.exec(cast("Any", delete(Image).where(which)))
        return cast("Any", forgotten).rowcount
