"""What the list of chats on a page is told: a page of it, or the lines that changed.

The list itself is in the page (`chat_store.js`) and not in the state: a page of it crosses the
socket once, and a change is one line, however many chats there are. A line is
`[id, title, active_at in milliseconds, is pinned, is archived, deleted_at in milliseconds or 0]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ioverse_app import db
from ioverse_app.services import conversations, trash
from ioverse_app.tables import Conversation, User
from ioverse_app.ui.transcript.pushes import PageEvent

REF = "chat_list"
LISTS = CHATS, ARCHIVED, TRASH = "chats", "archived", "trash"


async def page(user: User, which: str = CHATS, *, cursor: str = "") -> PageEvent:
    """The lines behind this cursor; without one the first lines, in place of what was there."""
    async with db.reading() as session:
        if which == TRASH:
            found = await trash.page(session, user, cursor=cursor or None)
        else:
            found = await conversations.page(
                session, user, cursor=cursor or None, archived=which == ARCHIVED
            )
    return _page(found, which, cursor)


async def first(user: User) -> tuple[PageEvent, Sequence[Conversation]]:
    """The first lines, and the conversations that they stand for."""
    async with db.reading() as session:
        found = await conversations.page(session, user)
    return _page(found, CHATS), found.items


async def changes(user: User, conversation_ids: Sequence[str]) -> PageEvent:
    """The lines of these chats as they are now, and which of them are in no list."""
    async with db.reading() as session:
        found = await conversations.find_kept(session, user, conversation_ids)
    there = {conversation.id for conversation in found}
    return _told(
        {
            "changed": [_line(conversation) for conversation in found],
            "gone": [each for each in conversation_ids if each not in there],
        }
    )


def begun(conversation_id: str, title: str) -> PageEvent:
    """The line of a chat that has just begun, without asking the database."""
    return _told({"changed": [_line(Conversation(id=conversation_id, title=title))], "gone": []})


def _page(found: conversations.Page, which: str, cursor: str = "") -> PageEvent:
    return _told(
        {
            "page": [_line(conversation) for conversation in found.items],
            "behind": cursor,
            "cursor": found.next_cursor or "",
            "list": which,
        }
    )


def _line(conversation: Conversation) -> list[Any]:
    return [
        conversation.id,
        conversation.title,
        _milliseconds(conversation.active_at),
        int(conversation.pinned_at is not None),
        int(conversation.archived_at is not None),
        _milliseconds(conversation.deleted_at),
    ]


def _milliseconds(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0


def _told(value: dict[str, Any]) -> PageEvent:
    return PageEvent(name="_set_value", payload={"ref": REF, "value": value})
