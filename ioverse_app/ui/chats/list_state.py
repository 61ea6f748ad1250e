"""The list of chats in the sidebar."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import conversations
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.items import ChatItem
from ioverse_app.ui.shell import NoticeState


class ChatListState(rx.State):
    """The chats of this person, newest first, as far as they have been looked at."""

    chats: list[ChatItem] = []
    loaded: bool = False
    has_more: bool = False
    renaming_id: str = ""
    deleting_id: str = ""
    deleting_title: str = ""

    @rx.event
    async def more(self):
        """Show older chats as well."""
        if user := await current_user(self):
            await self._load(user, len(self.chats) + conversations.PAGE)

    @rx.event
    def ask_title(self, chat_id: str):
        """Turn a line into a field for its title."""
        self.renaming_id = chat_id

    @rx.event
    def keep_title(self):
        """Leave the title as it was."""
        self.renaming_id = ""

    @rx.event
    def keep_title_on_escape(self, key: str):
        """Leave the title as it was, on Escape."""
        if key == "Escape":
            self.renaming_id = ""

    @rx.event
    async def rename(self, form: dict[str, str]):
        """Give the chat its new title."""
        chat_id, self.renaming_id = self.renaming_id, ""
        user = await current_user(self)
        if user is None or not chat_id:
            return None
        try:
            async with db.transaction() as session:
                await conversations.rename(session, user, chat_id, form.get("title", ""))
        except AppError as error:
            await self._say(error.message)
            return NoticeState.fade

    @rx.event
    def ask_delete(self, chat_id: str, title: str):
        """Ask before a chat is deleted."""
        self.deleting_id, self.deleting_title = chat_id, title

    @rx.event
    def keep(self):
        """Do not delete it after all."""
        self.deleting_id = ""

    @rx.event
    async def delete(self):
        """Delete the chat that was asked about, with a way back."""
        chat_id, self.deleting_id = self.deleting_id, ""
        user = await current_user(self)
        if user is None or not chat_id:
            return
        try:
            async with db.transaction() as session:
                await conversations.delete(session, user, chat_id)
        except AppError as error:
            await self._say(error.message)
            yield NoticeState.fade
            return
        await self._say("Chat deleted.", undo_id=chat_id)
        if self.router.url.path.endswith(chat_id):
            yield rx.redirect("/chat")
        yield NoticeState.fade

    @rx.event
    async def undo(self):
        """Bring the deleted chat back."""
        notice = await self.get_state(NoticeState)
        chat_id = notice.undo_id
        notice._clear()
        user = await current_user(self)
        if user is None or not chat_id:
            return None
        try:
            async with db.transaction() as session:
                await conversations.restore(session, user, chat_id)
        except AppError as error:
            await self._say(error.message)
            return NoticeState.fade

    async def _load(self, user: User, limit: int = 0) -> None:
        limit = limit or max(len(self.chats), conversations.PAGE)
        async with db.reading() as session:
            page = await conversations.page(session, user, limit=limit)
        self.chats = [ChatItem.of(conversation) for conversation in page.items]
        self.has_more = page.next_cursor is not None
        self.loaded = True

    async def _say(self, text: str, undo_id: str = "") -> None:
        notice = await self.get_state(NoticeState)
        notice._show(text, undo_id)
