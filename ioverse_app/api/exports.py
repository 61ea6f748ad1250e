"""Exports: a chat as a file to download."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from ioverse_app import db
from ioverse_app.api.chats import CHAT_NOT_FOUND
from ioverse_app.api.dependencies import CurrentUser
from ioverse_app.api.document import sent
from ioverse_app.errors import NotFound
from ioverse_app.services import audit, exports
from ioverse_app.services.exports import File, Format
from ioverse_app.services.exports.formats import MEDIA_TYPES

router = APIRouter(prefix="/api", tags=["chats"])


@router.get(
    "/chats/{chat_id}/export", response_class=Response, responses=sent(*MEDIA_TYPES.values())
)
async def export(
    chat_id: str,
    user: CurrentUser,
    format: Format = Format.MARKDOWN,
    whole: bool | None = None,
) -> Response:
    """A chat as PDF, Markdown, HTML (one file), DOCX or JSON.

    The branch on the screen or, with `whole=true`, every version; JSON is whole unless it is asked
    not to be, so that an import of it brings back the same chat.
    """
    if whole is None:
        whole = format is Format.JSON
    async with db.reading() as session:
        try:
            exported = await exports.conversation(session, user, chat_id, whole=whole)
        except NotFound:
            raise NotFound(CHAT_NOT_FOUND) from None
    file = await exports.write(exported, format)
    await audit.record(user, "chat.exported", kind="conversation", id=chat_id, format=format.value)
    return _download(file)


def _download(file: File) -> Response:
    plain = file.name.encode("ascii", "ignore").decode().strip() or "chat"
    names = f"filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    headers = {
        "Content-Disposition": f"attachment; {names}",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(file.data, media_type=file.media_type, headers=headers)
