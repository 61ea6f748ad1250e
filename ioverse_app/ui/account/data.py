"""One's own data: all of it as a file, and the end of the account."""

from __future__ import annotations

import asyncio

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import data_exports, farewell
from ioverse_app.tables import DataExport, ExportStatus, User
from ioverse_app.ui.accounts.current import current_user, forget
from ioverse_app.ui.settings import card, problem
from ioverse_app.ui.settings.secret_form import SecretForm, password
from ioverse_app.ui.shell.presence import PresenceState, keep_account

LOOK_SECONDS = 0.5
_FAILED = "It could not be put together. Please try again."


class DataState(rx.State):
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
        self._show(await _newest(user))
        return DataState.follow if self.status == ExportStatus.RUNNING else None

    @rx.event
    async def start(self):
        """Begin to put everything together."""
        if not (user := await current_user(self)):
            return None
        try:
            self._show(await data_exports.start(user))
        except AppError as error:
            self.problem = error.message
            return None
        return DataState.follow

    @rx.event(background=True)
    async def follow(self):
        """Show how far it is, to its end."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            async with self:
                user = await current_user(self)
            row = await _newest(user) if user else None
            async with self:
                self._show(row)
                if self.status != ExportStatus.RUNNING:
                    return

    @rx.event
    async def asked(self):
        """The account will be deleted: show until when it can be kept."""
        forget(self)
        return PresenceState.look

    def _show(self, row: DataExport | None) -> None:
        self.problem = self.status = self.link = ""
        if row is None:
            return
        self.status = row.status
        if row.status == ExportStatus.FAILED or (
            row.status == ExportStatus.RUNNING and not data_exports.is_running(row)
        ):
            self.status, self.problem = ExportStatus.FAILED, _FAILED
        self.total, self.done, self.failed = row.total, row.done, row.failed
        if row.status == ExportStatus.DONE:
            self.size = f"{max(row.size / 1_000_000, 0.1):,.1f} MB"
            self.until = f"{row.expires_at:%-d %B, %H:%M} UTC"
            self.link = f"/api/users/me/data/exports/{row.id}/file"


def data() -> rx.Component:
    """Take everything along, or leave."""
    return rx.el.div(_export(), _farewell(), on_mount=DataState.load)


def _export() -> rx.Component:
    return card(
        "All of your data",
        problem(DataState.problem),
        rx.cond(
            DataState.status == ExportStatus.RUNNING.value,
            rx.el.div(
                rx.el.progress(
                    value=DataState.done, max=DataState.total, aria_label="Chats written"
                ),
                rx.el.p(
                    DataState.done,
                    " of ",
                    DataState.total,
                    " chats",
                    class_name="about",
                    role="status",
                ),
            ),
        ),
        rx.cond(
            DataState.link,
            rx.el.p(
                rx.el.a(
                    rx.icon("download", size=16),
                    "Download",
                    href=DataState.link,
                    download="ioverse.zip",
                    reload_document=True,  # it is no page of ours
                    class_name="button primary",
                ),
                rx.el.span(
                    DataState.size,
                    ", until ",
                    DataState.until,
                    rx.cond(
                        DataState.failed > 0,
                        rx.fragment(". ", DataState.failed, " chats could not be written"),
                    ),
                    class_name="muted",
                ),
                class_name="download",
            ),
        ),
        rx.el.div(
            rx.el.button(
                rx.cond(DataState.link, "Put together again", "Put together"),
                type="button",
                class_name="button",
                disabled=DataState.status == ExportStatus.RUNNING.value,
                on_click=DataState.start,
            ),
            class_name="actions",
        ),
        about=(
            "One ZIP with every chat as JSON, your files, profile and usage. "
            "Chats in the trash are left out: bring them back first."
        ),
    )


def _farewell() -> rx.Component:
    return card(
        "Delete account",
        rx.cond(
            PresenceState.leaves_on,
            rx.el.div(
                rx.el.p("Your account will be deleted on ", PresenceState.leaves_on, "."),
                rx.el.div(keep_account(), class_name="actions"),
            ),
            SecretForm.create(
                password("Password", "password"),
                action="/api/users/me/deletion",
                button="Delete my account",
                danger=True,
                on_done=DataState.asked,
            ),
        ),
        about=(
            f"Your account and everything in it is deleted after {farewell.GRACE.days} days. "
            "Until then you can take it back."
        ),
    )


async def _newest(user: User) -> DataExport | None:
    async with db.reading() as session:
        return await data_exports.newest(session, user)
