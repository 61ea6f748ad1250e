"""Which section of a page of settings is open, and who may see it."""

from __future__ import annotations

import reflex as rx

from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import require_user
from ioverse_app.ui.shell import ShellState


class SettingsState(rx.State):
    """The open section, by its place in the address; empty is the first one."""

    section: str = ""
    allowed: bool = False
    refused: bool = False

    @rx.event
    async def open(self):
        """Show a section of one's own account."""
        return await self._open(administrators=False)

    @rx.event
    async def open_administration(self):
        """Show a section of the administration, to those who administer."""
        return await self._open(administrators=True)

    async def _open(self, *, administrators: bool):
        self.allowed = self.refused = False
        user = await require_user(self)
        if not isinstance(user, User):
            return user
        (await self.get_state(ShellState))._greet(user)
        self.section = self.router.url.path.strip("/").partition("/")[2]
        self.allowed = not administrators or access.may(user, Action.ADMINISTER)
        self.refused = not self.allowed
        return None
