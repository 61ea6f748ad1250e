"""Many chats at once as a ZIP, which is written in the background."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from ioverse_app import db
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import refused, sent
from ioverse_app.api.person_data import ExportOut, zip_response
from ioverse_app.errors import NotFound
from ioverse_app.services import data_exports
from ioverse_app.services.exports import Format

router = APIRouter(prefix="/api/exports", tags=["chats"])


class Chosen(BaseModel):
    """Which chats, and what they are written as."""

    chat_ids: list[str]
    format: Format = Format.MARKDOWN


@router.post("", status_code=202, responses=refused(404, 409))
async def start(body: Chosen, user: CurrentUser) -> ExportOut:
    """Begin to write these chats, in place of those that were written before.

    Each is a file in the ZIP; JSON has every version of a message, the others the branch on the
    screen. Ids of chats that are not there are passed over.
    """
    return ExportOut.of(await data_exports.start_chosen(user, body.chat_ids, body.format))


@router.get("/latest", responses=refused(404))
async def latest(user: CurrentUser, session: Session) -> ExportOut:
    """How far the last one is."""
    row = await data_exports.newest(session, user, chosen=True)
    if row is None:
        raise NotFound("You have not exported chats lately.", code="export_not_found")
    return ExportOut.of(row)


@router.get("/{chosen_id}")
async def progress(chosen_id: str, user: CurrentUser, session: Session) -> ExportOut:
    """How far it is."""
    return ExportOut.of(await data_exports.get(session, user, chosen_id, chosen=True))


@router.get(
    "/{chosen_id}/file",
    response_class=FileResponse,
    responses=sent("application/zip") | refused(410),
)
async def download(chosen_id: str, user: CurrentUser) -> FileResponse:
    """The ZIP, for a day."""
    async with db.reading() as session:
        row = await data_exports.get(session, user, chosen_id, chosen=True)
        path = await data_exports.file(session, user, chosen_id, chosen=True)
    return zip_response(path, f"ioverse chats {row.created_at:%Y-%m-%d %H%M}.zip")


@router.delete("/{chosen_id}", status_code=204)
async def discard(chosen_id: str, user: CurrentUser) -> Response:
    """Stop it, or delete its file."""
    await data_exports.discard(user, chosen_id)
    return Response(status_code=204)
