"""What the palette asks the server: chats that are not in the list of the page."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.services import conversations
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.transcript.pushes import PageEvent

REF = "palette"
MOST = 12


class PaletteState(rx.State):
    """Nothing of the palette is kept here: what was found goes to the page that asked."""

    @rx.event
    async def search(self, words: str):
        """Find chats by their titles. Each is told as `[id, title]`, with what was asked."""
        if not (user := await current_user(self)):
            return None
        async with db.reading() as session:
            found = await conversations.named(session, user, str(words), MOST)
        chats = [[conversation.id, conversation.title] for conversation in found]
        value = {"words": str(words), "chats": chats}
        return PageEvent(name="_set_value", payload={"ref": REF, "value": value})
