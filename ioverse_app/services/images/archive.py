"""Many images as one ZIP."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ioverse_app import db, storage
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.services.exports.archive import free_name
from ioverse_app.services.images.gallery import these
from ioverse_app.services.images.naming import file_name
from ioverse_app.tables import User


async def archive(user: User, image_ids: Sequence[str], target: Path) -> int:
    """Write these images into a new ZIP at `target`; how many. NotFound unless all are there.

    It opens its own session. They are stored as they are, since nothing makes them smaller.
    """
    access.check(user, Action.EXPORT)
    async with db.reading() as session:
        images = await these(session, user, image_ids)
    files = [(file_name(image), await storage.find(image.stored)) for image in images]
    await asyncio.to_thread(_write, files, target)
    return len(files)


def _write(files: Sequence[tuple[str, Path]], target: Path) -> None:
    taken: set[str] = set()
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as zipped:
        for name, path in files:
            zipped.write(path, free_name(name, taken))
