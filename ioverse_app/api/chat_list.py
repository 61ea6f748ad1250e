"""The list of chats for programs: what is pinned, and what is archived."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.chats import CHAT_NEEDED, CHAT_NOT_FOUND
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import refused
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import conversations, temporary
from ioverse_app.tables import Conversation

router = APIRouter(prefix="/api", tags=["chats"])


class Pin(StrictBody):
    """Which chat comes first, or no longer does."""

    chat_id: str = ""
    pinned: bool = True


class Archive(StrictBody):
    """Which chat leaves the list, or returns to it."""

    chat_id: str = ""
    archived: bool = True


class Keep(BaseModel):
    """Which chat is to last."""

    chat_id: str = ""


class Kept(BaseModel):
    """How a chat is kept now."""

    chat_id: str
    chat_title: str
    pinned: bool
    archived: bool

    @classmethod
    def of(cls, conversation: Conversation) -> Kept:
        """How this conversation is kept."""
        return cls(
            chat_id=conversation.id,
            chat_title=conversation.title,
            pinned=conversation.pinned_at is not None,
            archived=conversation.archived_at is not None,
        )


@router.post("/chats/pin", responses=refused(404))
async def pin(body: Pin, user: CurrentUser, session: Session) -> Kept:
    """Put a chat before all others in the list, or back to its place."""
    try:
        return Kept.of(await conversations.pin(session, user, _named(body.chat_id), body.pinned))
    except NotFound:
        raise NotFound(CHAT_NOT_FOUND) from None


@router.post("/chats/archive", responses=refused(404))
async def archive(body: Archive, user: CurrentUser, session: Session) -> Kept:
    """Take a chat out of the list and keep it, or put it back."""
    try:
        chat_id = _named(body.chat_id)
        return Kept.of(await conversations.archive(session, user, chat_id, body.archived))
    except NotFound:
        raise NotFound(CHAT_NOT_FOUND) from None


@router.post("/chats/keep", responses=refused(404))
async def keep(body: Keep, user: CurrentUser, session: Session) -> Kept:
    """Turn a temporary chat into one like any other."""
    try:
        return Kept.of(await temporary.keep(session, user, _named(body.chat_id)))
    except NotFound:
        raise NotFound(CHAT_NOT_FOUND) from None


def _named(chat_id: str) -> str:
    if not chat_id:
        raise Invalid(CHAT_NEEDED, code="chat_id_missing")
    return chat_id
