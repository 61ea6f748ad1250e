"""Who may use the administration."""

from __future__ import annotations

import reflex as rx

from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user


async def administrator(state: rx.State) -> User | None:
    """The user who sent this event, if they administer."""
    user = await current_user(state)
    return user if access.may(user, Action.ADMINISTER) else None
