"""A form whose secrets stay out of the page's state, see `secret_form.jsx`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.settings.parts import field


class SecretForm(rx.Component):
    """It sends its fields to `action` as JSON. `shows` names what of the answer is shown once."""

    library = browser_file("settings/secret_form.jsx")
    tag = "SecretForm"

    action: rx.Var[str]
    method: rx.Var[str]
    button: rx.Var[str]
    danger: rx.Var[bool]
    shows: rx.Var[str]
    label: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]


def typed(label: str, name: str, *, kind: str = "", help: str = "", **attributes: Any):
    """A text field of such a form; `kind` says how it is read, see `secret_form.jsx`."""
    return field(
        label,
        rx.el.input(
            name=name,
            class_name="field",
            spell_check=False,
            auto_capitalize="none",
            custom_attrs={"data-kind": kind},
            **attributes,
        ),
        help,
    )


def password(label: str, name: str, *, new: bool = False) -> rx.Component:
    """A field for a password."""
    complete = "new-password" if new else "current-password"
    return typed(label, name, type="password", auto_complete=complete, required=True)


def check(label: str, name: str, *, kind: str, value: str = "on", checked: bool = False):
    """A box to tick."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            value=value,
            default_checked=checked,
            custom_attrs={"data-kind": kind},
        ),
        label,
        class_name="check",
    )
