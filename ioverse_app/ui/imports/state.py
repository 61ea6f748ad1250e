"""The import dialog: what is in a file, and how far it is."""

from __future__ import annotations

import asyncio
from typing import Any

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import imports
from ioverse_app.tables import ChatImport, ImportStatus, User
from ioverse_app.ui.accounts.current import current_user

LOOK_SECONDS = 0.5


class ImportState(rx.State):
    """The dialog. Counts are chats; `lost` counts parts of messages that are no text."""

    shown: bool = False
    import_id: str = ""
    name: str = ""
    status: str = ""
    sources: str = ""
    titles: list[str] = []
    troubles: list[str] = []
    new: int = 0
    known: int = 0
    messages: int = 0
    lost: int = 0
    trouble_count: int = 0
    total: int = 0
    done: int = 0
    added: int = 0
    skipped: int = 0
    problem: str = ""

    @rx.event
    async def open(self):
        """Show the dialog, with what is being brought in."""
        user = await current_user(self)
        if user is None:
            return
        self.shown, self.problem = True, ""
        async with db.reading() as session:
            row = await imports.newest(session, user)
        if row is not None and row.status == ImportStatus.RUNNING:
            self._show(row)
            return ImportState.follow
        self._forget()

    @rx.event
    def close(self, shown: bool = False):
        """Put the dialog away. What is being brought in goes on."""
        self.shown = bool(shown)

    @rx.event
    async def looked(self, import_id: str):
        """Show what is in the file that was uploaded."""
        user = await current_user(self)
        if user is None:
            return
        self.problem = ""
        async with db.reading() as session:
            self._show(await imports.get(session, user, str(import_id)))

    @rx.event
    def refused(self, sentence: str):
        """Say why a file was not taken."""
        self._forget()
        self.problem = str(sentence)[:500]

    @rx.event
    async def run(self):
        """Bring the chats in."""
        user = await current_user(self)
        if user is None:
            return
        try:
            self._show(await imports.run(user, self.import_id))
        except AppError as error:
            self.problem = error.message
            return
        return ImportState.follow

    @rx.event
    async def stop(self):
        """Stop. What has come in stays."""
        user = await current_user(self)
        if user is None:
            return
        async with db.transaction() as session:
            self._show(await imports.cancel(session, user, self.import_id))

    @rx.event
    def again(self):
        """Choose another file."""
        self._forget()

    @rx.event(background=True)
    async def follow(self):
        """Show how far it is, to its end."""
        async with self:
            user, import_id = await current_user(self), self.import_id
        while user is not None:
            row = await _read(user, import_id)
            async with self:
                if row is None or self.import_id != import_id:
                    return
                self._show(row)
                if row.status != ImportStatus.RUNNING or imports.is_stalled(row):
                    return
            await asyncio.sleep(LOOK_SECONDS)

    def _show(self, row: ChatImport) -> None:
        report: dict[str, Any] = row.report
        self.import_id, self.name = row.id, row.name
        self.status = "stalled" if imports.is_stalled(row) else row.status
        self.sources = ", ".join(f"{n:,} from {name}" for name, n in report["sources"].items())
        self.titles, self.troubles = report["titles"], report["troubles"]
        self.new, self.known = report["new"], report["known"]
        self.messages, self.lost = report["messages"], report["lost"]
        self.trouble_count = report["trouble_count"]
        self.total, self.done = row.total, row.done
        self.added, self.skipped = row.added, row.skipped
        self.problem = row.problem

    def _forget(self) -> None:
        self.import_id = self.status = self.name = self.problem = ""


async def _read(user: User, import_id: str) -> ChatImport | None:
    try:
        async with db.reading() as session:
            return await imports.get(session, user, import_id)
    except AppError:
        return None
