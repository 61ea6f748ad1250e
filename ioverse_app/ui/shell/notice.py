"""The short notice at the bottom of the page, with at most one way back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import reflex as rx

from ioverse_app.tables import new_id

SECONDS = 8


class NoticeState(rx.State):
    """The notice on the screen. `_undo` is what Undo takes back: what was done, and to which."""

    text: str = ""
    can_undo: bool = False
    _undo: tuple[str, list[str]] = ("", [])
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

    def _show(self, text: str, done: str = "", ids: Sequence[str] = ()) -> None:
        self.text, self._shown = text, new_id()
        self.can_undo, self._undo = bool(ids), (done, list(ids))

    def _clear(self) -> None:
        self.text, self.can_undo, self._undo = "", False, ("", [])


def notice(undo: rx.event.EventType) -> rx.Component:
    """Where notices appear. `undo` takes back what was done."""
    return rx.el.div(
        rx.cond(
            NoticeState.text,
            rx.fragment(
                rx.el.span(NoticeState.text),
                rx.cond(
                    NoticeState.can_undo,
                    rx.el.button("Undo", on_click=undo, class_name="button small", type="button"),
                ),
            ),
        ),
        role="status",
        class_name=rx.cond(NoticeState.text, "notice", "visually-hidden"),
    )
