"""Told on every page, until it is put away: models that its person uses are shut down soon."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.services import retirement_notes
from ioverse_app.ui.accounts.current import current_user


class EndingState(rx.State):
    """A sentence for each of the models."""

    sentences: list[str] = []

    @rx.event
    async def look(self):
        """Read them."""
        self.sentences = []
        if user := await current_user(self):
            async with db.reading() as session:
                self.sentences = await retirement_notes.waiting(session, user)

    @rx.event
    async def put_away(self):
        """They have been read."""
        self.sentences = []
        if user := await current_user(self):
            await retirement_notes.put_away(user)


def ending_models() -> rx.Component:
    """What ends, and that it was read."""
    return rx.el.div(
        rx.cond(
            EndingState.sentences,
            rx.el.div(
                rx.el.div(rx.foreach(EndingState.sentences, rx.el.p), class_name="sentence"),
                rx.el.button(
                    "Got it",
                    type="button",
                    class_name="button small",
                    on_click=EndingState.put_away,
                ),
                role="status",
                class_name="problem waiting leaving",
            ),
        ),
        on_mount=EndingState.look,
        class_name="told",
    )
