"""The trash for programs: what is in it, bring back, delete for good."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ioverse_app.api.chats import CHAT_NEEDED, CHAT_NOT_FOUND, ChatRef, Said
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import refused
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import conversations, trash
from ioverse_app.tables import Conversation

router = APIRouter(prefix="/api/trash", tags=["chats"])


class DeletedChat(BaseModel):
    """A chat in the trash. After `days_left` days it is deleted for good."""

    chat_id: str
    chat_title: str
    deleted_at: str
    days_left: int

    @classmethod
    def of(cls, conversation: Conversation) -> DeletedChat:
        """This conversation as programs see it."""
        return cls(
            chat_id=conversation.id,
            chat_title=conversation.title,
            deleted_at=conversation.deleted_at.isoformat() if conversation.deleted_at else "",
            days_left=trash.days_left(conversation),
        )


class Trash(BaseModel):
    """A page of the trash, what was deleted last first."""

    chats: list[DeletedChat]
    next_cursor: str | None


@router.get("")
async def read(
    user: CurrentUser,
    session: Session,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = conversations.PAGE,
) -> Trash:
    """The chats in the trash of the person who asks."""
    page = await trash.page(session, user, cursor=cursor, limit=limit)
    return Trash(chats=[DeletedChat.of(c) for c in page.items], next_cursor=page.next_cursor)


@router.post("/restore", responses=refused(404))
async def restore(body: ChatRef, user: CurrentUser, session: Session) -> Said:
    """Bring a chat back to where it was."""
    if not body.chat_id:
        raise Invalid(CHAT_NEEDED, code="chat_id_missing")
    try:
        await conversations.restore(session, user, body.chat_id)
    except NotFound:
        raise NotFound(CHAT_NOT_FOUND) from None
    return Said(message="Chat restored successfully")


@router.delete("/{chat_id}")
async def erase(chat_id: str, user: CurrentUser, session: Session) -> Said:
    """Delete a chat of the trash for good, with everything in it."""
    if not await trash.erase(session, user, [chat_id]):
        raise NotFound(CHAT_NOT_FOUND)
    return Said(message="Chat deleted for good")


@router.delete("")
async def empty(user: CurrentUser) -> Said:
    """Delete everything in the trash for good."""
    count = await trash.empty(user)
    return Said(message=f"{count} {'chat' if count == 1 else 'chats'} deleted for good")
