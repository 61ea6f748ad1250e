"""The share dialog: the links of one chat, and the one that is being made."""

from __future__ import annotations

import reflex as rx
import segno

from ioverse_app import db
from ioverse_app.errors import AppError, Invalid
from ioverse_app.services import conversations, shares
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.origin import public_address
from ioverse_app.ui.shares.items import LinkItem, PartItem

NEVER = "never"


class ShareState(rx.State):
    """The dialog. `url` is the link that was just made: nobody can show it a second time."""

    shown: bool = False
    chat_id: str = ""
    title: str = ""
    links: list[LinkItem] = []
    parts: list[PartItem] = []
    choosing: bool = False
    preview: str = ""
    url: str = ""
    code: str = ""
    problem: str = ""

    @rx.event
    async def open(self, chat_id: str):
        """Show the links of a chat, and how to make one."""
        user = await current_user(self)
        if user is None:
            return
        self.chat_id, self.url, self.code, self.problem = str(chat_id), "", "", ""
        self.choosing, self.preview = False, ""
        try:
            async with db.reading() as session:
                self.title = (await conversations.get(session, user, self.chat_id)).title
                seen = await shares.preview(session, user, self.chat_id)
            self.parts = [PartItem.of(message) for message in seen.messages]
            await self._load(user)
        except AppError as error:
            self.links, self.parts, self.problem = [], [], error.message
        self.shown = True

    @rx.event
    def close(self, shown: bool = False):
        """Put the dialog away, and forget the link that was made."""
        self.shown = bool(shown)
        if not self.shown:
            self.url = self.code = self.preview = ""
            self.parts = []

    @rx.event
    async def create(self, form: dict[str, str]):
        """Make a link as the form says."""
        user = await current_user(self)
        if user is None:
            return
        self.problem = ""
        try:
            terms = await shares.terms(
                hours=_hours(form.get("hours", "")),
                password=form.get("password") or None,
                views_max=_views(form.get("views", "")),
                label=form.get("label", ""),
                live=form.get("live", "") == "live",
                omitted=self._omitted(),
            )
            async with db.transaction() as session:
                _, token = await shares.create(session, user, self.chat_id, terms)
        except AppError as error:
            self.problem = error.message
            return
        self.url = f"{public_address(self)}/share/{token}"
        self.code = segno.make(self.url, error="m").svg_data_uri(scale=4, border=2, light="#fff")
        self.preview = ""
        await self._load(user)

    @rx.event
    def another(self):
        """Make another link."""
        self.url = self.code = ""

    @rx.event
    async def revoke(self, share_id: str):
        """Take a link back, at once."""
        user = await current_user(self)
        if user is None:
            return
        try:
            async with db.transaction() as session:
                await shares.revoke(session, user, str(share_id))
        except AppError as error:
            self.problem = error.message
        await self._load(user)

    @rx.event
    def choose(self):
        """Show the messages, to leave some out."""
        self.choosing = not self.choosing

    @rx.event
    def turn(self, message_id: str):
        """Leave a message out, or let it in again."""
        self.parts = [one.turned() if one.id == message_id else one for one in self.parts]
        self.preview = ""

    @rx.event
    def look(self):
        """Show what a stranger will see, or put that away."""
        query = "&".join(f"omit={each}" for each in self._omitted())
        there = self.preview
        self.preview = "" if there else f"/api/chats/{self.chat_id}/share/preview?{query}"

    def _omitted(self) -> list[str]:
        return [part.id for part in self.parts if not part.shown]

    async def _load(self, user: User) -> None:
        async with db.reading() as session:
            found = await shares.of(session, user, self.chat_id)
        self.links = [LinkItem.of(share) for share in found]


def _hours(text: str) -> float | None:
    if text == NEVER:
        return None
    try:
        return float(text)
    except ValueError:
        raise Invalid("Choose when the link expires.", code="share_hours_invalid") from None


def _views(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise Invalid("A limit of views is a whole number, or empty.", code="share_views_invalid")
    return int(text)
