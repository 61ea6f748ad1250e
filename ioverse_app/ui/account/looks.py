"""Who looked: when administrators opened what is one's own."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.services import audit
from ioverse_app.tables import AuditEntry
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card


@dataclass(frozen=True)
class LookItem:
    """That somebody opened a chat."""

    who: str
    at: str
    reason: str
    chat: str

    @classmethod
    def of(cls, entry: AuditEntry, names: dict[str, str]) -> LookItem:
        """This look."""
        who = names.get(entry.actor_id or "", "An administrator")
        reason = str(entry.details.get("reason", ""))
        return cls(who, f"{entry.at:%-d %b %Y, %H:%M} UTC", reason, f"/chat/{entry.object_id}")


class LooksState(rx.State):
    """The looks at what is this person's, newest first."""

    looks: list[LookItem] = []

    @rx.event
    async def load(self):
        """Read them."""
        user = await current_user(self)
        if user is None:
            self.looks = []
            return
        async with db.reading() as session:
            found = await audit.looks_at(session, user)
            names = await audit.names(session, found)
        self.looks = [LookItem.of(entry, names) for entry in found]


def looks() -> rx.Component:
    """Each look with its reason."""
    return rx.el.div(
        card(
            "Who looked",
            rx.cond(
                LooksState.looks,
                rx.el.ul(
                    rx.foreach(LooksState.looks, _look), class_name="rows", aria_label="Who looked"
                ),
                rx.el.p("Nobody has opened a chat of yours.", class_name="about"),
            ),
            about="Administrators see how many chats you have, and nothing in them,"
            " unless they open one with a reason. You see it here.",
        ),
        on_mount=LooksState.load,
    )


def _look(look: rx.Var[LookItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(look.who, ": “", look.reason, "”", dir="auto"),
            rx.el.span(look.at, class_name="about"),
        ),
        rx.el.a("The chat", href=look.chat, class_name="button small"),
    )
