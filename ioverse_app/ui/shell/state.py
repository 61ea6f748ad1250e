"""What the frame shows: who is signed in, and whether the sidebar is folded."""

from __future__ import annotations

import reflex as rx

from ioverse_app.tables import User


class ShellState(rx.State):
    """The person, as their own pages show them, and how they like the sidebar."""

    username: str = ""
    folded: str = rx.LocalStorage("no", name="ioverse.sidebar")

    @rx.event
    def fold(self):
        """Fold the sidebar to its icons, or unfold it."""
        self.folded = "no" if self.folded == "yes" else "yes"

    def _greet(self, user: User) -> None:
        self.username = user.username
