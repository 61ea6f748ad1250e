"""The short notice at the bottom of the page, with at most one way back."""

from __future__ import annotations

import asyncio

import reflex as rx

from ioverse_app.tables import new_id

SECONDS = 8


class NoticeState(rx.State):
    """The notice on the screen. `undo_id` is the deleted chat that Undo brings back."""

    text: str = ""
    undo_id: str = ""
    _shown: str = ""

    @rx.event(background=True)
    async def fade(self):
        """Take the notice away after a while, unless another has taken its place."""
        async with self:
            shown = self._shown
        await asyncio.sleep(SECONDS)
        async with self:
            if shown == self._shown:
                self._clear()

    @rx.event
    def close(self):
        """Take the notice away."""
        self._clear()

    @rx.event
    def say(self, text: str):
        """Show a sentence for a while."""
        self._show(text)
        return NoticeState.fade

    def _show(self, text: str, undo_id: str = "") -> None:
        self.text, self.undo_id, self._shown = text, undo_id, new_id()

    def _clear(self) -> None:
        self.text = self.undo_id = ""


def notice(undo: rx.event.EventType) -> rx.Component:
    """Where notices appear. `undo` brings back what was deleted."""
    return rx.el.div(
        rx.cond(
            NoticeState.text,
            rx.fragment(
                rx.el.span(NoticeState.text),
                rx.cond(
                    NoticeState.undo_id,
                    rx.el.button("Undo", on_click=undo, class_name="button small", type="button"),
                ),
            ),
        ),
        role="status",
        class_name=rx.cond(NoticeState.text, "notice", "visually-hidden"),
    )
