"""Attachments for pages and programs: upload, look at, download, take away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import UNCHANGED, sent
from ioverse_app.api.uploads import Upload
from ioverse_app.services import attachments
from ioverse_app.tables import Attachment

router = APIRouter(prefix="/api/attachments", tags=["attachments"])

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class AttachmentOut(BaseModel):
    """A file. `waiting` says that it belongs to no message yet; `cut` that it was too long."""

    attachment_id: str
    name: str
    kind: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    pages: int | None
    cut: bool
    waiting: bool

    @classmethod
    def of(cls, attachment: Attachment) -> AttachmentOut:
        """This attachment as programs see it."""
        return cls(
            attachment_id=attachment.id,
            name=attachment.name,
            kind=attachment.kind,
            media_type=attachment.media_type,
            size=attachment.size,
            width=attachment.width,
            height=attachment.height,
            pages=attachment.pages,
            cut=attachment.cut,
            waiting=attachment.message_id is None,
        )


@router.post("", status_code=201, openapi_extra=_FORM)
async def add(request: Request, user: CurrentUser) -> AttachmentOut:
    """Upload a file. It waits a day for the message that names it in `attachments`."""
    upload = await Upload(request).begin()
    return AttachmentOut.of(await attachments.add(user, upload.name, upload))


@router.get("/{attachment_id}")
async def get(attachment_id: str, user: CurrentUser, session: Session) -> AttachmentOut:
    """What a file is."""
    return AttachmentOut.of(await attachments.get(session, user, attachment_id))


@router.get(
    "/{attachment_id}/content", response_class=FileResponse, responses=sent("*/*") | UNCHANGED
)
async def content(
    attachment_id: str,
    user: CurrentUser,
    session: Session,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The bytes of a file. A browser shows only pictures, which were written anew here."""
    attachment, path = await attachments.content(session, user, attachment_id)
    headers = _guarded(f'"{attachment.stored}"')
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        path,
        headers=headers,
        media_type=attachment.media_type,
        filename=attachment.name,
        content_disposition_type="inline" if attachment.kind == "image" else "attachment",
    )


@router.delete("/{attachment_id}", status_code=204)
async def remove(attachment_id: str, user: CurrentUser, session: Session) -> None:
    """Take away a file that waits."""
    await attachments.remove(session, user, attachment_id)


def _guarded(tag: str) -> dict[str, str]:
    """Whatever it is, it is no page of ours, and every look at it is asked for again."""
    return {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
