"""What the frame shows: who is signed in, how they like the pages, and the folded sidebar."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app import db
from ioverse_app.config import settings
from ioverse_app.errors import AppError
from ioverse_app.services import preferences
from ioverse_app.services.preferences import Value
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user, forget
from ioverse_app.ui.shell.notice import NoticeState


class ShellState(rx.State):
    """The person, as their own pages show them, and how they like these to look."""

    username: str = ""
    is_admin: bool = False
    banner: str = ""
    appearance: dict[str, Value] = {}
    folded: str = rx.LocalStorage("no", name="ioverse.sidebar")

    @rx.event
    def fold(self):
        """Fold the sidebar to its icons, or unfold it."""
        self.folded = "no" if self.folded == "yes" else "yes"

    @rx.event
    async def save_appearance(self, changes: dict[str, Any]):
        """Keep how the person likes the pages to look."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                user = await preferences.change(session, user, dict(changes))
        except AppError as error:
            return NoticeState.say(error.message)
        forget(self)
        self.appearance = _appearance(user)

    def _greet(self, user: User) -> None:
        self.username, self.is_admin = user.username, user.is_admin
        self.appearance = _appearance(user)
        self.banner = settings().banner


def _appearance(user: User) -> dict[str, Value]:
    """What this person chose, and the defaults; the theme of a browser stays until they choose."""
    known = preferences.of(user)
    if "theme" not in preferences.chosen(user):
        del known["theme"]
    return known
