"""One's own data: all of it as a file, and the end of the account."""

from __future__ import annotations

import reflex as rx

from ioverse_app.errors import AppError
from ioverse_app.services import data_exports, farewell
from ioverse_app.tables import DataExport, ExportStatus, User
from ioverse_app.ui.accounts.current import current_user, forget
from ioverse_app.ui.exports import ExportProgress, counter, left_out, newest
from ioverse_app.ui.settings import card, problem
from ioverse_app.ui.settings.secret_form import SecretForm, password
from ioverse_app.ui.shell.presence import PresenceState, keep_account


class DataState(ExportProgress, rx.State):
    """How far the file of everything is."""

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

    @rx.event
    async def asked(self):
        """The account will be deleted: show until when it can be kept."""
        forget(self)
        return PresenceState.look

    async def _newest(self, user: User) -> DataExport | None:
        return await newest(user)


def data() -> rx.Component:
    """Take everything along, or leave."""
    return rx.el.div(_export(), _farewell(), on_mount=DataState.load)


def _export() -> rx.Component:
    return card(
        "All of your data",
        problem(DataState.problem),
        rx.cond(
            DataState.status == ExportStatus.RUNNING.value,
            rx.el.div(counter(DataState)),
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
                    left_out(DataState),
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
