"""The quiet buttons below a message, and the way to its other versions."""

from __future__ import annotations

import reflex as rx

from ioverse_app.tables import VoteValue
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.chats.state import ChatState


def action(label: str, icon: str, on_click: rx.event.EventType) -> rx.Component:
    """A button with an icon and a name."""
    return rx.el.button(
        rx.icon(icon),
        type="button",
        aria_label=label,
        title=label,
        class_name="icon-button",
        on_click=on_click,
    )


def thumb(label: str, icon: str, item: rx.Var[MessageItem], value: VoteValue) -> rx.Component:
    """A vote, pressed while it holds."""
    return rx.el.button(
        rx.icon(icon),
        type="button",
        aria_label=label,
        aria_pressed=rx.cond(ChatState.votes[item.id] == value, "true", "false"),
        title=label,
        class_name="icon-button",
        on_click=ChatState.vote(item.id, value),
    )


def versions(item: rx.Var[MessageItem]) -> rx.Component:
    """`2 of 3` between the ways to the version before and after it."""
    return rx.cond(
        item.count > 1,
        rx.el.div(
            _to("Previous version", "chevron-left", item.previous_id),
            rx.el.span(item.number, " of ", item.count),
            _to("Next version", "chevron-right", item.next_id),
            class_name="versions",
        ),
    )


def _to(label: str, icon: str, message_id: rx.Var[str]) -> rx.Component:
    return rx.el.button(
        rx.icon(icon),
        type="button",
        aria_label=label,
        disabled=message_id == "",
        class_name="icon-button",
        on_click=ChatState.show_version(message_id),
    )
