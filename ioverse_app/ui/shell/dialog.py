"""What every dialog has."""

from __future__ import annotations

import reflex as rx


def closes_dialog() -> rx.Component:
    """The cross in the corner of a dialog."""
    return rx.dialog.close(
        rx.el.button(
            rx.icon("x"), type="button", aria_label="Close", class_name="icon-button close"
        )
    )
