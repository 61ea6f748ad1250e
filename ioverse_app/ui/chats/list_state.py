"""What can be done in the list of chats. The list itself is in the page."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import conversations, trash
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats import list_pushes
from ioverse_app.ui.shell import NoticeState

DONE = ARCHIVED, UNARCHIVED, DELETED = "archived", "unarchived", "deleted"
IN_TRASH = f"The trash keeps deleted chats for {trash.KEPT.days} days."


class ChatListState(rx.State):
    """What is being asked about the list of chats, before any is deleted."""

    question: str = ""
    sentence: str = ""
    _deleting_ids: list[str] = []

    @rx.event
    async def more(self, which: str = list_pushes.CHATS, cursor: str = ""):
        """Show the next lines of a list behind a cursor, or its first ones."""
        if (user := await current_user(self)) and which in list_pushes.LISTS:
            return await list_pushes.page(user, which, cursor=str(cursor))

    @rx.event
    async def rename(self, chat_id: str, title: str):
        """Give the chat its new title."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await conversations.rename(session, user, str(chat_id), str(title))
        except AppError as error:
            return NoticeState.say(error.message)

    @rx.event
    async def pin(self, chat_id: str, pinned: bool):
        """Put the chat first, or back to its place."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await conversations.pin(session, user, str(chat_id), bool(pinned))
        except AppError as error:
            return NoticeState.say(error.message)

    @rx.event
    async def archive(self, chat_ids: list[str], archived: bool):
        """Take chats out of the list and keep them, or put them back; both can be undone."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                ids = _texts(chat_ids)
                changed = await conversations.archive_many(session, user, ids, bool(archived))
        except AppError as error:
            return NoticeState.say(error.message)
        return await self._say_done(ARCHIVED if archived else UNARCHIVED, changed)

    @rx.event
    def ask_delete(self, chat_ids: list[str], title: str):
        """Ask before chats are deleted."""
        self._deleting_ids = _texts(chat_ids)
        many = len(self._deleting_ids) != 1
        self.question = "Delete these chats?" if many else "Delete this chat?"
        what = f"{len(self._deleting_ids)} chats" if many else f"“{title}”"
        self.sentence = f"{what} will be taken off your list. {IN_TRASH}"

    @rx.event
    def keep(self):
        """Do not delete them after all."""
        self.question, self._deleting_ids = "", []

    @rx.event
    async def delete(self):
        """Delete the chats that were asked about, with a way back."""
        ids = self._deleting_ids
        self.keep()
        if not (user := await current_user(self)) or not ids:
            return
        try:
            async with db.transaction() as session:
                changed = await conversations.delete_many(session, user, ids)
        except AppError as error:
            yield NoticeState.say(error.message)
            return
        yield await self._say_done(DELETED, changed)
        if self.router.url.path.rpartition("/")[2] in changed:
            yield rx.redirect("/chat")

    @rx.event
    async def undo(self):
        """Take back what the notice on the screen tells of."""
        notice = await self.get_state(NoticeState)
        done, ids = notice._undo
        notice._clear()
        if not (user := await current_user(self)) or done not in DONE:
            return None
        try:
            async with db.transaction() as session:
                if done == DELETED:
                    await conversations.restore_many(session, user, ids)
                else:
                    await conversations.archive_many(session, user, ids, done == UNARCHIVED)
        except AppError as error:
            return NoticeState.say(error.message)

    async def _say_done(self, done: str, ids: Sequence[str]) -> rx.event.EventSpec:
        notice = await self.get_state(NoticeState)
        if not ids:
            notice._show(conversations.NOT_FOUND)
        else:
            what = "Chat" if len(ids) == 1 else f"{len(ids)} chats"
            notice._show(f"{what} {done}.", done, ids)
        return NoticeState.fade


def _texts(chat_ids: Sequence[str]) -> list[str]:
    return [str(chat_id) for chat_id in chat_ids]
