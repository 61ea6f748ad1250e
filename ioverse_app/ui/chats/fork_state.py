"""A new chat that begins as a copy."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.services import forks
from ioverse_app.ui.accounts.current import current_user


class ForkState(rx.State):
    """Nothing is kept: a fork is a new chat, which is opened."""

    @rx.event
    async def fork(self, message_id: str):
        """Open a new chat with everything down to this message."""
        if not (user := await current_user(self)):
            return
        async with db.transaction() as session:
            chat_id = (await forks.fork(session, user, message_id)).id
        return rx.redirect(f"/chat/{chat_id}")
