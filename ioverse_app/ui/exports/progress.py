"""How far a ZIP is, as a state has it and as a page shows it."""

from __future__ import annotations

import asyncio

import reflex as rx

from ioverse_app import db
from ioverse_app.services import data_exports
from ioverse_app.tables import DataExport, ExportStatus, User
from ioverse_app.ui.accounts.current import current_user

LOOK_SECONDS = 0.5


class ExportProgress(rx.State, mixin=True):
    """How far the file is. Counts are chats."""

    status: str = ""
    total: int = 0
    done: int = 0
    failed: int = 0
    size: str = ""
    until: str = ""
    link: str = ""
    problem: str = ""

    @rx.event
    async def load(self):
        """Show the file that there is, or how far it is."""
        if not (user := await current_user(self)):
            return None
        self._show(await self._newest(user))
        return type(self).follow if self.status == ExportStatus.RUNNING else None

    @rx.event(background=True)
    async def follow(self):
        """Show how far it is, to its end."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            async with self:
                user = await current_user(self)
            row = await self._newest(user) if user else None
            async with self:
                self._show(row)
                if self.status != ExportStatus.RUNNING:
                    return

    async def _newest(self, user: User) -> DataExport | None:
        """The one that is shown here."""
        raise NotImplementedError

    def _show(self, row: DataExport | None) -> None:
        self.problem = self.status = self.link = ""
        if row is None:
            return
        self.status, self.problem = data_exports.status_of(row), data_exports.problem_of(row)
        self.total, self.done, self.failed = row.total, row.done, row.failed
        if self.status == ExportStatus.DONE:
            self.size = f"{max(row.size / 1_000_000, 0.1):,.1f} MB"
            self.until = f"{row.expires_at:%-d %B, %H:%M} UTC"
            files = "/api/exports" if row.format else "/api/users/me/data/exports"
            self.link = f"{files}/{row.id}/file"


async def newest(user: User, *, chosen: bool = False) -> DataExport | None:
    """What this user asked for last."""
    async with db.reading() as session:
        return await data_exports.newest(session, user, chosen=chosen)


def counter(state: type[ExportProgress]) -> rx.Component:
    """How many chats are written."""
    return rx.fragment(
        rx.el.progress(value=state.done, max=state.total, aria_label="Chats written"),
        rx.el.p(state.done, " of ", state.total, " chats", class_name="about", role="status"),
    )


def left_out(state: type[ExportProgress]) -> rx.Component:
    """How many chats are not in the file, which names them."""
    return rx.cond(
        state.failed > 0, rx.fragment(". ", state.failed, " could not be written; the ZIP says why")
    )
