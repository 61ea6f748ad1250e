"""Everybody's links."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.services import oversight, shares
from ioverse_app.services.oversight import Link
from ioverse_app.tables import User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button, line, mark, more, rows
from ioverse_app.ui.admin.words import many, moment
from ioverse_app.ui.settings import card


@dataclass(frozen=True)
class LinkLine:
    """A link: who made it, and one line about it."""

    id: str
    owner: str
    about: str
    is_open: bool

    @classmethod
    def of(cls, link: Link) -> LinkLine:
        """This link."""
        share = link.share
        parts = [
            "live" if share.content is None and share.revoked_at is None else "snapshot",
            "with a password" if share.password_hash else "without a password",
            many(share.views, "view"),
            f"made {moment(share.created_at)}",
            f"ends {moment(share.expires_at)}",
        ]
        about = f"revoked {moment(share.revoked_at)}" if share.revoked_at else " · ".join(parts)
        return cls(share.id, link.owner, about, shares.is_open(share))


class LinksState(rx.State):
    """The links of everybody."""

    links: list[LinkLine] = []
    next_cursor: str = ""

    @rx.event
    async def load(self):
        """Show the first page."""
        self.links, self.next_cursor = [], ""
        await self._read(await administrator(self))

    @rx.event
    async def more(self):
        """Show the next page as well."""
        await self._read(await administrator(self))

    @rx.event
    async def revoke(self, share_id: str):
        """Take a link back, at once."""
        actor = await administrator(self)
        async with db.transaction() as session:
            await oversight.revoke_link(session, actor, str(share_id))
        self.links, self.next_cursor = [], ""
        await self._read(actor)

    async def _read(self, actor: User) -> None:
        async with db.reading() as session:
            found, cursor = await oversight.links(session, actor, cursor=self.next_cursor or None)
        self.links = [*self.links, *[LinkLine.of(link) for link in found]]
        self.next_cursor = cursor or ""


def links() -> rx.Component:
    """Every link, and the way to take it back."""
    return rx.el.div(
        card(
            "Links",
            rows(LinksState.links, _link, "Nobody has shared anything yet.", "Links of everybody"),
            more(LinksState.next_cursor, LinksState.more),
        ),
        on_mount=LinksState.load,
    )


def _link(link: rx.Var[LinkLine]) -> rx.Component:
    return rx.el.li(
        line(link.owner, link.about),
        rx.cond(link.is_open, button("Revoke", LinksState.revoke(link.id)), mark("Ended")),
    )
