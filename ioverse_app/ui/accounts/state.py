"""Whoever comes to the door may already be in, or may not be let in today."""

from __future__ import annotations

import reflex as rx

from ioverse_app.config import settings
from ioverse_app.services.local_path import local_path
from ioverse_app.services.refusals import SENTENCES
from ioverse_app.ui.accounts.current import current_user

_CLOSED = {"closed": "registration_closed", "invite": "registration_by_invitation"}

_MAILED = ("reset-password", "confirm-email")  # whoever comes with a link of a mail, may


class DoorState(rx.State):
    """What is said before the form."""

    closed: str = ""

    @rx.event
    async def arrive(self):
        """Send on whoever is signed in already; tell the others if registration is closed."""
        query = self.router.url.query_parameters
        is_a_door = not self.router.url.path.strip("/").startswith(_MAILED)
        if is_a_door and "error" not in query and await current_user(self):
            return rx.redirect(local_path(query.get("next")), replace=True)
        self.closed = ""
        if "invitation" not in query:
            self.closed = SENTENCES.get(_CLOSED.get(settings().registration, ""), "")
        return None
