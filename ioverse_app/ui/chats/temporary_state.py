"""Chats that do not last: begun as such, or kept after all."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import temporary
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.shell import NoticeState


class TemporaryState(rx.State):
    """Nothing is kept here: whether the open chat is temporary stands in its own state."""

    @rx.event
    async def toggle(self):
        """Let the chat that is about to begin be temporary, or not."""
        chat = await self.get_state(ChatState)
        if not chat.conversation_id:
            chat.temporary = not chat.temporary

    @rx.event
    async def keep(self):
        """Turn the open chat into one like any other."""
        if not (user := await current_user(self)):
            return None
        chat = await self.get_state(ChatState)
        if chat.conversation_id:
            try:
                async with db.transaction() as session:
                    await temporary.keep(session, user, chat.conversation_id)
            except AppError as error:
                return NoticeState.say(error.message)
        chat.temporary = False
        return NoticeState.say("This chat is in your list now.") if chat.conversation_id else None
