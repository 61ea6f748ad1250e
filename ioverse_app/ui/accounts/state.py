"""Whoever comes to the door may already be in, or may not be let in today."""

from __future__ import annotations

import reflex as rx

from ioverse_app.config import settings
from ioverse_app.services.local_path import local_path
from ioverse_app.services.refusals import SENTENCES
from ioverse_app.ui.accounts.current import current_user

_CLOSED = {"closed": "registration_closed", "invite": "registration_by_invitation"}


class DoorState(rx.State):
    """What is said before the form."""

    closed: str = ""

    @rx.event
    async def arrive(self):
        """Send on whoever is signed in already; tell the others if registration is closed."""
        query = self.router.url.query_parameters
        if "error" not in query and await current_user(self):
            return rx.redirect(local_path(query.get("next")), replace=True)
        self.closed = SENTENCES.get(_CLOSED.get(settings().registration, ""), "")
        return None
