"""What a command replied: for this person, on this page, and nowhere else."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.chats.command_state import CommandState
from ioverse_app.ui.chats.items import ReplyItem
from ioverse_app.ui.transcript import message_text


def reply(item: rx.Var[ReplyItem]) -> rx.Component:
    """A reply at the end of the conversation, with a way to put it away."""
    return rx.el.article(
        rx.el.div(
            rx.el.code(item.command, class_name="command"),
            rx.el.span("Only you see this"),
            rx.el.button(
                "Dismiss",
                type="button",
                class_name="button quiet small",
                on_click=CommandState.dismiss(item.id),
            ),
            class_name="top",
        ),
        message_text(message_id=item.id, role="assistant"),
        key=item.id,
        aria_label="Reply to " + item.command,
        custom_attrs={
            "data-message-id": item.id,
            "data-role": "system",
            "data-status": "complete",
        },
    )
