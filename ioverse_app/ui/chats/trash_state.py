"""What can be done in the trash. Its list is in the page, beside the list of chats."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import conversations, trash
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.shell import NoticeState

NOT_BACK = "This cannot be undone."


class TrashState(rx.State):
    """What is being asked before something is deleted for good; without ids, everything."""

    question: str = ""
    sentence: str = ""
    _ids: list[str] = []

    @rx.event
    async def restore(self, chat_ids: list[str]):
        """Bring chats back to where they were."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                ids = [str(chat_id) for chat_id in chat_ids]
                restored = await conversations.restore_many(session, user, ids)
        except AppError as error:
            return NoticeState.say(error.message)
        return NoticeState.say(_done(len(restored), "restored"))

    @rx.event
    def ask_erase(self, chat_ids: list[str], title: str):
        """Ask before chats are deleted for good."""
        self._ids = [str(chat_id) for chat_id in chat_ids]
        if len(self._ids) == 1:
            self.question = "Delete this chat for good?"
            self.sentence = f"“{title}” will be deleted with everything in it. {NOT_BACK}"
        else:
            self.question = "Delete these chats for good?"
            self.sentence = f"{len(self._ids)} chats will be deleted. {NOT_BACK}"

    @rx.event
    def ask_empty(self):
        """Ask before everything in the trash is deleted for good."""
        self._ids = []
        self.question = "Empty the trash?"
        self.sentence = f"All chats in it will be deleted for good. {NOT_BACK}"

    @rx.event
    def keep(self):
        """Do not delete them after all."""
        self.question, self._ids = "", []

    @rx.event
    async def erase(self):
        """Delete for good what was asked about."""
        asked, ids = self.question, self._ids
        self.keep()
        if not (user := await current_user(self)) or not asked:
            return None
        try:
            if ids:
                async with db.transaction() as session:
                    count = len(await trash.erase(session, user, ids))
            else:
                count = await trash.empty(user)
        except AppError as error:
            return NoticeState.say(error.message)
        return NoticeState.say(_done(count, "deleted for good"))


def _done(count: int, what: str) -> str:
    return f"{'Chat' if count == 1 else f'{count} chats'} {what}."
