"""How a temporary chat begins, and what is said while it is open."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.chats.temporary_state import TemporaryState


def temporary_toggle() -> rx.Component:
    """Before the first message: whether this chat is to last."""
    return rx.cond(
        (ChatState.conversation_id == "") & ChatState.ready,
        rx.el.button(
            rx.icon("ghost"),
            rx.el.span("Temporary chat"),
            type="button",
            aria_pressed=ChatState.temporary,
            title="Not in your chats, and deleted when you leave it",
            class_name="button quiet small toggle",
            on_click=TemporaryState.toggle,
        ),
    )


def temporary_banner() -> rx.Component:
    """What will become of this chat, and the way to keep it."""
    return rx.cond(
        ChatState.temporary & ~ChatState.missing,
        rx.el.div(
            rx.icon("ghost", size=16),
            rx.el.p(
                "Temporary: not in your chats, deleted when you leave it, "
                "at the latest after 24 hours."
            ),
            rx.cond(
                ChatState.conversation_id != "",
                rx.el.button(
                    "Keep this chat",
                    type="button",
                    class_name="button small",
                    on_click=TemporaryState.keep,
                ),
            ),
            role="note",
            aria_label="Temporary chat",
            class_name="banner",
        ),
    )
