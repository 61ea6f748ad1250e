"""Many conversations as one ZIP, written one after the other while somebody watches."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services.exports.formats import File, Format, write
from ioverse_app.services.exports.snapshot import conversation
from ioverse_app.tables import User


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an archive is, and the ids of those that could not be written."""

    done: int
    count: int
    failed: tuple[str, ...] = ()


async def archive(
    user: User, conversation_ids: Sequence[str], format: Format, target: Path
) -> AsyncGenerator[Progress, None]:
    """Write these conversations, whole where the format is JSON, into a new ZIP at `target`.

    It opens its own sessions, one for each conversation. Who stops listening stops the writing;
    what is at `target` then is no archive yet.
    """
    failed: list[str] = []
    taken: set[str] = set()
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as zipped:
        for done, conversation_id in enumerate(conversation_ids, 1):
            try:
                file = await _one(user, conversation_id, format)
                name = free_name(file.name, taken)
                await asyncio.to_thread(zipped.writestr, name, file.data)
            except AppError:
                failed.append(conversation_id)
            yield Progress(done, len(conversation_ids), tuple(failed))


async def _one(user: User, conversation_id: str, format: Format) -> File:
    async with db.reading() as session:
        whole = format is Format.JSON
        exported = await conversation(session, user, conversation_id, whole=whole)
    return await write(exported, format)


def free_name(name: str, taken: set[str]) -> str:
    """This name or, if a file has it already, with a number: systems differ about capitals."""
    stem, _, ending = name.rpartition(".")
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}).{ending}"
    taken.add(name.casefold())
    return name
