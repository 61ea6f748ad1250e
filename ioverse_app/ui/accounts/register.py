"""The page to create an account."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.form import account_form, door, labelled, other_door
from ioverse_app.ui.accounts.other_ways import other_ways
from ioverse_app.ui.accounts.state import DoorState
from ioverse_app.ui.accounts.steps import KeyRules, password_fields, step

_CREDENTIALS = ["username", "email", "password", "confirm_password"]


def register_page() -> rx.Component:
    """Create an account in three short steps, then go on to where one was going."""
    return door(
        "Create your account",
        rx.cond(
            DoorState.closed != "",
            rx.el.p(DoorState.closed, class_name="problem waiting"),
        ),
        account_form(
            "/auth/register",
            "Create account",
            step(1, "Your account", _CREDENTIALS, *_credentials()),
            step(2, "A key for a provider", ["provider_key"], _provider_key()),
            step(3, "Done", [], rx.el.p("You are signed in at once.", class_name="lead")),
        ),
        other_ways(passkeys=False),
        other_door("Have an account?", "Sign in", "/login"),
    )


def _credentials() -> tuple[rx.Component, ...]:
    return (
        labelled("Username", "username", auto_complete="username", max_length=64, required=True),
        labelled("Email", "email", type="email", auto_complete="email", required=True),
        *password_fields(),
    )


def _provider_key() -> rx.Component:
    return rx.el.div(
        labelled(
            "Provider API key (optional)",
            "provider_key",
            auto_complete="off",
            custom_attrs={"data-secret": True},
        ),
        KeyRules.create(),
    )
