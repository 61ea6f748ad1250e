"""The question before something is deleted."""

from __future__ import annotations

import reflex as rx


def confirm(
    question: rx.Var[str],
    sentence: rx.Var[str],
    *,
    on_yes: rx.event.EventType,
    on_no: rx.event.EventType,
) -> rx.Component:
    """Ask while there is a `question`; the `sentence` says what will be."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(question),
            rx.alert_dialog.description(sentence),
            rx.el.div(
                rx.alert_dialog.cancel(rx.el.button("Cancel", type="button", class_name="button")),
                rx.el.button("Delete", type="button", class_name="button danger", on_click=on_yes),
                class_name="dialog-actions",
            ),
            max_width="420px",
        ),
        open=question != "",
        on_open_change=on_no,
    )
