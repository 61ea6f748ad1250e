"""One's own data: all of it as a ZIP, and the end of an account."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Self

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel

from ioverse_app import db
from ioverse_app.api.account_security import Sentence
from ioverse_app.api.dependencies import CurrentSession, Session
from ioverse_app.api.document import refused, sent
from ioverse_app.errors import NotFound
from ioverse_app.services import data_exports, farewell
from ioverse_app.tables import DataExport

router = APIRouter(prefix="/api/users/me", tags=["Accounts"])


class ExportOut(BaseModel):
    """A ZIP: how far it is, in chats, and until when it can be had.

    `status` is `running`, `done` or `failed`, with the reason in `problem`. `format` is that of
    chosen chats, and empty for everything. `failed` chats are named in the ZIP.
    """

    export_id: str
    format: str
    status: str
    problem: str
    total: int
    done: int
    failed: int
    size: int
    expires_at: datetime

    @classmethod
    def of(cls, row: DataExport) -> Self:
        """This row."""
        known = row.model_dump(include=set(cls.model_fields))
        known["status"], problem = data_exports.status_of(row), data_exports.problem_of(row)
        return cls(export_id=row.id, problem=problem, **known)


class Farewell(BaseModel):
    """The password, since this is for good."""

    password: str


@router.post("/data/exports", status_code=202, responses=refused(409))
async def start(signed_in: CurrentSession) -> ExportOut:
    """Begin to put everything together that you have here."""
    return ExportOut.of(await data_exports.start(signed_in.user))


@router.get("/data/exports/latest", responses=refused(404))
async def latest(signed_in: CurrentSession, session: Session) -> ExportOut:
    """How far the last one is."""
    row = await data_exports.newest(session, signed_in.user)
    if row is None:
        raise NotFound("You have not asked for your data.", code="export_not_found")
    return ExportOut.of(row)


@router.get(
    "/data/exports/{export_id}/file",
    response_class=FileResponse,
    responses=sent("application/zip") | refused(410),
)
async def download(export_id: str, signed_in: CurrentSession) -> FileResponse:
    """The ZIP, for a day."""
    async with db.reading() as session:
        path = await data_exports.file(session, signed_in.user, export_id)
    return zip_response(path, "ioverse.zip")


def zip_response(path: Path, name: str) -> FileResponse:
    """A ZIP to save, which nobody keeps on the way."""
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="application/zip", filename=name, headers=headers)


@router.post("/deletion", status_code=202, responses=refused(409))
async def ask_deletion(body: Farewell, signed_in: CurrentSession) -> Sentence:
    """Have your account deleted in a week, with everything in it."""
    user = await farewell.ask(signed_in.user, body.password)
    return Sentence(message=f"Your account will be deleted on {user.erase_at:%-d %B %Y}.")


@router.delete("/deletion")
async def take_back(signed_in: CurrentSession) -> Sentence:
    """Keep your account after all."""
    await farewell.take_back(signed_in.user)
    return Sentence(message="Your account stays.")
