"""Who sends an event to the administration: every handler asks by itself."""

from __future__ import annotations

import reflex as rx

from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user


async def administrator(state: rx.State) -> User:
    """The administrator whose browser sent this event; NotAllowed for everybody else."""
    user = await current_user(state)
    access.check(user, Action.ADMINISTER)
    assert user is not None
    return user
