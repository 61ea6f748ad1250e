"""The accounts elsewhere by which one signs in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import identities, issuers, tickets
from ioverse_app.services.refusals import SENTENCES
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, problem


@dataclass(frozen=True)
class ConnectionItem:
    """An account elsewhere that is connected, or (without an id) one that may be."""

    id: str
    label: str
    about: str
    href: str = ""


class ConnectionsState(rx.State):
    """What is connected, and what may be."""

    items: list[ConnectionItem] = []
    problem: str = ""

    @rx.event
    async def load(self):
        """Read both, and say what went wrong on the way back from an issuer."""
        self.problem = SENTENCES.get(self.router.url.query_parameters.get("error", ""), "")
        await self._load()

    @rx.event
    async def disconnect(self, identity_id: str):
        """Forget a connection."""
        self.problem = ""
        if user := await current_user(self):
            try:
                async with db.transaction() as session:
                    await identities.disconnect(session, user, str(identity_id))
            except AppError as error:
                self.problem = error.message
        await self._load()

    async def _load(self) -> None:
        user = await current_user(self)
        if user is None:
            return
        async with db.reading() as session:
            rows = await identities.mine(session, user)
        known = issuers.all_of_them()
        labels = {issuer.url.rstrip("/"): issuer.label for issuer in known.values()}
        connected = {row.issuer.rstrip("/") for row in rows}
        query = urlencode({"connect": tickets.issue("connect", user=user.id)})
        self.items = [
            ConnectionItem(row.id, labels.get(row.issuer.rstrip("/"), row.issuer), row.email)
            for row in rows
        ] + [
            ConnectionItem("", issuer.label, "Not connected", f"/auth/with/{name}?{query}")
            for name, issuer in known.items()
            if issuer.url.rstrip("/") not in connected
        ]


def connections() -> rx.Component:
    """The list; nothing at all where no issuer is set up."""
    return rx.el.div(
        rx.cond(
            ConnectionsState.items,
            card(
                "Accounts elsewhere",
                rx.el.ul(rx.foreach(ConnectionsState.items, _row), class_name="rows"),
                problem(ConnectionsState.problem),
                about="Sign in here with an account that you have at another site.",
            ),
        ),
        on_mount=ConnectionsState.load,
    )


def _row(item: rx.Var[ConnectionItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.span(item.label), rx.el.span(item.about, class_name="about")),
        rx.cond(
            item.id,
            rx.el.button(
                "Disconnect",
                type="button",
                class_name="button quiet small",
                aria_label="Disconnect " + item.label,
                on_click=ConnectionsState.disconnect(item.id),
            ),
            rx.el.a(
                "Connect",
                href=item.href,
                reload_document=True,  # it is no page of ours
                class_name="button small",
                aria_label="Connect " + item.label,
            ),
        ),
        key=item.label,
    )
