"""How the workspace is."""

from __future__ import annotations

import reflex as rx
from sqlalchemy import func
from sqlmodel import select

from ioverse_app import __version__, db
from ioverse_app.tables import Conversation, Run, User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, fact


class OverviewState(rx.State):
    """Counts of the workspace."""

    people: int = 0
    chats: int = 0
    answers: int = 0

    @rx.event
    async def load(self):
        """Count."""
        user = await current_user(self)
        if user is None or not user.is_admin:
            return
        async with db.reading() as session:
            self.people = (await session.exec(select(func.count()).select_from(User))).one()
            self.chats = (await session.exec(select(func.count()).select_from(Conversation))).one()
            self.answers = (await session.exec(select(func.count()).select_from(Run))).one()


def overview() -> rx.Component:
    """The workspace in numbers."""
    return rx.el.div(
        card(
            "Workspace",
            fact("Version", __version__),
            fact("People", OverviewState.people),
            fact("Chats", OverviewState.chats),
            fact("Answers", OverviewState.answers),
        ),
        on_mount=OverviewState.load,
    )
