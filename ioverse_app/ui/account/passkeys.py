"""One's passkeys: add, rename, remove."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import passkeys as keys
from ioverse_app.tables import Passkey
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.accounts.passkeys import AddPasskey
from ioverse_app.ui.settings import card, problem


@dataclass(frozen=True)
class PasskeyItem:
    """A row of the list."""

    id: str
    name: str
    about: str

    @classmethod
    def of(cls, row: Passkey) -> PasskeyItem:
        """What is told of a passkey."""
        used = f"last used {row.last_used_at:%-d %B %Y}" if row.last_used_at else "never used"
        synced = "kept in sync by its owner's devices, " if row.backed_up else ""
        return cls(row.id, row.name, f"{synced}added {row.created_at:%-d %B %Y}, {used}")


class PasskeysState(rx.State):
    """The list, and the passkey that is being renamed."""

    items: list[PasskeyItem] = []
    renaming: str = ""
    problem: str = ""

    @rx.event
    async def load(self):
        """Read the list."""
        self.renaming = self.problem = ""
        if user := await current_user(self):
            async with db.reading() as session:
                self.items = [PasskeyItem.of(row) for row in await keys.mine(session, user)]

    @rx.event
    def edit(self, passkey_id: str):
        """Ask for another name."""
        self.renaming = str(passkey_id)

    @rx.event
    async def rename(self, form: dict[str, str]):
        """Give the passkey the name that was typed."""
        if user := await current_user(self):
            try:
                async with db.transaction() as session:
                    await keys.rename(session, user, self.renaming, str(form.get("name", "")))
            except AppError as error:
                self.problem = error.message
                return None
        return PasskeysState.load

    @rx.event
    async def remove(self, passkey_id: str):
        """Forget a passkey."""
        if user := await current_user(self):
            try:
                async with db.transaction() as session:
                    await keys.remove(session, user, str(passkey_id))
            except AppError as error:
                self.problem = error.message
                return None
        return PasskeysState.load


def passkeys() -> rx.Component:
    """The list, and the way to add one."""
    return rx.el.div(
        card(
            "Passkeys",
            rx.cond(
                PasskeysState.items,
                rx.el.ul(rx.foreach(PasskeysState.items, _row), class_name="rows"),
            ),
            problem(PasskeysState.problem),
            AddPasskey.create(on_added=PasskeysState.load),
            about=(
                "Sign in with your fingerprint, face or screen lock in place of the password."
                " A passkey stays on your devices and works on this site only."
            ),
        ),
        on_mount=PasskeysState.load,
    )


def _row(item: rx.Var[PasskeyItem]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            PasskeysState.renaming == item.id,
            _renaming(item),
            rx.el.div(rx.el.span(item.name), rx.el.span(item.about, class_name="about")),
        ),
        rx.el.div(
            rx.el.button(
                "Rename",
                type="button",
                class_name="button quiet small",
                aria_label="Rename " + item.name,
                on_click=PasskeysState.edit(item.id),
            ),
            rx.el.button(
                "Remove",
                type="button",
                class_name="button quiet small",
                aria_label="Remove " + item.name,
                on_click=PasskeysState.remove(item.id),
            ),
            class_name="actions",
        ),
        key=item.id,
    )


def _renaming(item: rx.Var[PasskeyItem]) -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="name",
            default_value=item.name,
            max_length=64,
            aria_label="New name",
            auto_focus=True,
            class_name="field",
        ),
        rx.el.button("Save", type="submit", class_name="button small"),
        on_submit=PasskeysState.rename,
        class_name="inline",
    )
