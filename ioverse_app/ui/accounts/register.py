"""The page to create an account."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.form import account_form, door, labelled, other_door
from ioverse_app.ui.accounts.other_ways import other_ways
from ioverse_app.ui.accounts.state import DoorState


def register_page() -> rx.Component:
    """Create an account, then go on to where one was going."""
    return door(
        "Create your account",
        rx.cond(
            DoorState.closed != "",
            rx.el.p(DoorState.closed, class_name="problem waiting"),
        ),
        account_form(
            "/auth/register",
            "Create account",
            labelled(
                "Username", "username", auto_complete="username", max_length=64, required=True
            ),
            labelled("Email", "email", type="email", auto_complete="email", required=True),
            labelled(
                "Password",
                "password",
                hint="At least 8 characters.",
                type="password",
                auto_complete="new-password",
                min_length=8,
                required=True,
            ),
            labelled(
                "Confirm password",
                "confirm_password",
                type="password",
                auto_complete="new-password",
                required=True,
            ),
            labelled(
                "Provider API key (optional)",
                "provider_key",
                hint="It is stored encrypted. You can add one later.",
                auto_complete="off",
                custom_attrs={"data-secret": True},
            ),
        ),
        other_ways(passkeys=False),
        other_door("Have an account?", "Sign in", "/login"),
    )
