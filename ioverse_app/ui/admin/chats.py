"""Everybody's chats by their metadata, and one that is opened with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.services import oversight
from ioverse_app.services.oversight import About
from ioverse_app.tables import User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button, line, more, rows
from ioverse_app.ui.admin.words import many, moment, size
from ioverse_app.ui.settings import card, field


@dataclass(frozen=True)
class AboutItem:
    """A chat: whose it is, and one line about it."""

    id: str
    owner: str
    about: str

    @classmethod
    def of(cls, chat: About) -> AboutItem:
        """This chat."""
        parts = [
            chat.model or "no model yet",
            many(chat.messages, "message"),
            many(chat.chars, "character"),
        ]
        if chat.files:
            parts.append(f"{many(chat.files, 'file')}, {size(chat.bytes)}")
        if chat.in_trash:
            parts.append("in the trash")
        parts += [f"begun {moment(chat.created_at)}", f"used {moment(chat.active_at)}"]
        return cls(chat.id, chat.owner, " · ".join(parts))


class OversightState(rx.State):
    """The list, the chat that may be opened, and the page of the one that is."""

    chats: list[AboutItem] = []
    next_cursor: str = ""
    chosen_id: str = ""
    page: str = ""

    @rx.event
    async def load(self):
        """Show the first page."""
        self.chats, self.next_cursor, self.chosen_id, self.page = [], "", "", ""
        await self._read(await administrator(self))

    @rx.event
    async def more(self):
        """Show the next page as well."""
        await self._read(await administrator(self))

    @rx.event
    def choose(self, chat_id: str):
        """Ask why a chat is to be opened, or put the question away."""
        self.chosen_id, self.page = "" if self.chosen_id == chat_id else str(chat_id), ""

    @rx.event
    async def open(self, form: dict[str, str]):
        """Open the chosen chat with a reason."""
        actor = await administrator(self)
        async with db.transaction() as session:
            entry = await oversight.open_chat(
                session, actor, self.chosen_id, str(form.get("reason", ""))
            )
        self.page = f"/api/admin/looks/{entry.number}"

    async def _read(self, actor: User) -> None:
        async with db.reading() as session:
            page = await oversight.page(session, actor, cursor=self.next_cursor or None)
        self.chats = [*self.chats, *[AboutItem.of(chat) for chat in page.items]]
        self.next_cursor = page.next_cursor or ""


def chats() -> rx.Component:
    """Chats without what is in them."""
    return rx.el.div(
        card(
            "Chats",
            rows(OversightState.chats, _chat, "Nobody has a chat yet.", "Chats of everybody"),
            more(OversightState.next_cursor, OversightState.more),
            about="Titles and texts are their owners'. Who opens one says why, and they read it.",
        ),
        on_mount=OversightState.load,
    )


def _chat(chat: rx.Var[AboutItem]) -> rx.Component:
    return rx.el.li(
        line(chat.owner, chat.about),
        button("Open with a reason", OversightState.choose(chat.id)),
        rx.cond(OversightState.chosen_id == chat.id, _opening()),
        class_name="opens",
    )


def _opening() -> rx.Component:
    return rx.cond(
        OversightState.page,
        rx.el.div(
            rx.el.iframe(
                src=OversightState.page,
                title="The chat",
                class_name="opened",
                sandbox="allow-same-origin",
            ),
            class_name="panel",
        ),
        rx.el.form(
            field(
                "Why do you open this chat?",
                rx.el.input(
                    name="reason",
                    auto_focus=True,
                    required=True,
                    min_length=oversight.REASON_MIN,
                    max_length=oversight.REASON_MAX,
                    class_name="field",
                ),
                "It goes into the audit log, and its owner reads it.",
            ),
            rx.el.div(
                rx.el.button("Open", type="submit", class_name="button primary"),
                class_name="actions",
            ),
            on_submit=OversightState.open,
            class_name="panel",
        ),
    )
