"""What a form at the door says while somebody types, see `steps.jsx`."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.form import labelled
from ioverse_app.ui.browser_files import browser_file

_SCRIPT = browser_file("accounts/steps.jsx")


class PasswordRules(rx.Component):
    """How good the password is, and which rule it breaks."""

    library = _SCRIPT
    tag = "PasswordRules"


class SamePassword(rx.Component):
    """Whether the second password is the first."""

    library = _SCRIPT
    tag = "SamePassword"


class KeyRules(rx.Component):
    """Whether the provider takes the key."""

    library = _SCRIPT
    tag = "KeyRules"


class Step(rx.Component):
    """The number of a step, and a tick once its fields are as they should be."""

    library = _SCRIPT
    tag = "Step"

    number: rx.Var[int]
    fields: rx.Var[list[str]]


def step(number: int, title: str, names: list[str], *children: rx.Component) -> rx.Component:
    """A part of a form, whose fields have these names. All parts are on the page."""
    return rx.el.fieldset(
        rx.el.legend(Step.create(number=number, fields=names), title),
        *children,
    )


def password_fields() -> tuple[rx.Component, rx.Component]:
    """A new password, typed twice."""
    return (
        rx.el.div(
            labelled(
                "Password",
                "password",
                type="password",
                auto_complete="new-password",
                min_length=8,
                required=True,
            ),
            PasswordRules.create(),
        ),
        rx.el.div(
            labelled(
                "Confirm password",
                "confirm_password",
                type="password",
                auto_complete="new-password",
                required=True,
            ),
            SamePassword.create(),
        ),
    )
