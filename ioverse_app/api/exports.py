"""Exports: a chat as a file."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.services import exports

router = APIRouter(prefix="/api", tags=["chats"])


@router.get("/chats/{chat_id}/export", response_class=Response)
async def export(
    chat_id: str,
    user: CurrentUser,
    session: Session,
    format: Literal["markdown", "json"] = "markdown",
) -> Response:
    """A chat as a file: the branch on the screen as Markdown, or the whole tree as JSON."""
    file = await exports.export(session, user, chat_id, format)
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(
        file.text, media_type=file.media_type, headers={"Content-Disposition": disposition}
    )
