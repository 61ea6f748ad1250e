"""What the palette asks the server: chats that are not in the list of the page, and messages."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.services import conversations, search
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.transcript.pushes import PageEvent

REF = "palette"
MOST = 12
SAID = 6
"""Messages and files that are shown."""


class PaletteState(rx.State):
    """Nothing of the palette is kept here: what was found goes to the page that asked."""

    @rx.event
    async def search(self, words: str):
        """Find chats by their titles, told as `[id, title]`, and what was said in them.

        A message or a file is told as `[path, snippet, title]`.
        """
        if not (user := await current_user(self)):
            return None
        async with db.reading() as session:
            named = await conversations.named(session, user, str(words), MOST)
            found = await search.find(session, user, str(words), limit=MOST)
        said = [hit for hit in found.hits if hit.message_id][:SAID]
        value = {
            "words": str(words),
            "chats": [[conversation.id, conversation.title] for conversation in named],
            "said": [[hit.path, hit.snippet.text, hit.title.text] for hit in said],
        }
        return PageEvent(name="_set_value", payload={"ref": REF, "value": value})
