"""Who one is here."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, fact


class ProfileState(rx.State):
    """The profile of the person who is signed in."""

    username: str = ""
    email: str = ""
    role: str = ""
    since: str = ""

    @rx.event
    async def load(self):
        """Read it."""
        if user := await current_user(self):
            self.username, self.email, self.role = user.username, user.email, user.role
            self.since = f"{user.created_at:%-d %B %Y}"


def profile() -> rx.Component:
    """Name, address, role."""
    return rx.el.div(
        card(
            "You",
            fact("User name", ProfileState.username),
            fact("E-mail", ProfileState.email),
            fact("Role", ProfileState.role),
            fact("Member since", ProfileState.since),
        ),
        on_mount=ProfileState.load,
    )
