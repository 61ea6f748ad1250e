"""Many conversations as one ZIP, written one after the other while somebody watches."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import conversations
from ioverse_app.services.exports.formats import File, Format, write
from ioverse_app.services.exports.snapshot import conversation
from ioverse_app.tables import User

LEFT_OUT = "Left out.txt"
_TAKEN = {"conversations.json", "profile.json", LEFT_OUT.casefold()}
"""Names that an import, or everything that a person has, gives a meaning of their own."""


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

    What cannot be written is named in `Left out.txt`, with the reason. It opens its own sessions,
    one for each conversation. Who stops listening stops the writing;
    what is at `target` then is no archive yet.
    """
    failed: list[str] = []
    reasons: list[str] = []
    taken = set(_TAKEN)
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as zipped:
        for done, conversation_id in enumerate(conversation_ids, 1):
            try:
                file = await _one(user, conversation_id, format)
                name = free_name(file.name, taken)
                await asyncio.to_thread(zipped.writestr, name, file.data)
            except AppError as error:
                failed.append(conversation_id)
                reasons.append(f"{await _title(user, conversation_id)}: {error.message}")
            yield Progress(done, len(conversation_ids), tuple(failed))
        if reasons:
            zipped.writestr(LEFT_OUT, "\n".join(reasons) + "\n")


async def _one(user: User, conversation_id: str, format: Format) -> File:
    async with db.reading() as session:
        whole = format is Format.JSON
        exported = await conversation(session, user, conversation_id, whole=whole)
    return await write(exported, format)


async def _title(user: User, conversation_id: str) -> str:
    async with db.reading() as session:
        found = await conversations.find(session, user, [conversation_id])
    return found[0].title if found else "A chat"


def free_name(name: str, taken: set[str]) -> str:
    """This name or, if a file has it already, with a number: systems differ about capitals."""
    stem, _, ending = name.rpartition(".")
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}).{ending}"
    taken.add(name.casefold())
    return name
