"""Chats from other programs: upload a file, see what is in it, bring it in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import refused
from ioverse_app.config import settings
from ioverse_app.errors import TooLarge
from ioverse_app.services import import_files, imports
from ioverse_app.tables import ChatImport, new_id

router = APIRouter(prefix="/api", tags=["imports"])

PIECE = 1_000_000


class ImportOut(BaseModel):
    """A file of chats: what is in it, and how far it is.

    `status` is `ready`, `running`, `done`, `cancelled` or `failed`. In `report`: `new` chats by
    `sources`, `known` ones that are skipped, `lost` parts that are no text, and `troubles`.
    """

    import_id: str
    name: str
    size: int
    status: str
    is_stalled: bool
    total: int
    done: int
    added: int
    skipped: int
    problem: str
    report: dict[str, Any]

    @classmethod
    def of(cls, row: ChatImport) -> ImportOut:
        """This import as programs see it."""
        return cls(
            import_id=row.id,
            name=row.name,
            size=row.size,
            status=row.status,
            is_stalled=imports.is_stalled(row),
            total=row.total,
            done=row.done,
            added=row.added,
            skipped=row.skipped,
            problem=row.problem,
            report=row.report,
        )


@router.post(
    "/imports",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def upload(request: Request, user: CurrentUser, name: str = "chats.json") -> ImportOut:
    """Upload a file, as the body of the request, and look it through. Nothing comes in yet.

    It takes the exports of IOverse, ChatGPT, Claude, Open WebUI and LibreChat: JSON, or a ZIP.
    """
    path = await _received(request)
    try:
        return ImportOut.of(await imports.look(user, name, path))
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


@router.get("/imports/{import_id}")
async def progress(import_id: str, user: CurrentUser, session: Session) -> ImportOut:
    """How far it is."""
    return ImportOut.of(await imports.get(session, user, import_id))


@router.post("/imports/{import_id}/run", status_code=202, responses=refused(409))
async def run(import_id: str, user: CurrentUser) -> ImportOut:
    """Bring the chats in. Those that are there already are skipped."""
    return ImportOut.of(await imports.run(user, import_id))


@router.post("/imports/{import_id}/cancel", status_code=202)
async def cancel(import_id: str, user: CurrentUser, session: Session) -> ImportOut:
    """Stop. What has come in stays."""
    return ImportOut.of(await imports.cancel(session, user, import_id))


async def _received(request: Request) -> Path:
    """The body of the request as a file, never more of it than may be."""
    most = settings().import_max_mb * 1_000_000
    too_large = TooLarge(
        f"This file is larger than the {settings().import_max_mb} MB that can be brought along.",
        code="import_too_large",
    )
    if int(request.headers.get("content-length") or 0) > most:
        raise too_large
    path = import_files.folder() / f"uploaded-{new_id()}"
    try:
        async for piece in _in_pieces(request):
            if await asyncio.to_thread(_append, path, piece) > most:
                raise too_large
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return path


async def _in_pieces(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of a megabyte, and an empty one at its end."""
    waiting = b""
    async for part in request.stream():
        waiting += part
        if len(waiting) >= PIECE:
            yield waiting
            waiting = b""
    yield waiting


def _append(path: Path, piece: bytes) -> int:
    """Write at the end of a file; how many bytes it has."""
    with path.open("ab") as file:
        file.write(piece)
        return file.tell()
