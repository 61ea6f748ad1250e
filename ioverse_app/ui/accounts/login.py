"""The page to sign in."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.form import account_form, door, labelled, other_door
from ioverse_app.ui.accounts.other_ways import other_ways


def login_page() -> rx.Component:
    """Sign in, then go on to where one was going."""
    return door(
        "Sign in to IOverse",
        account_form(
            "/auth/login",
            "Sign in",
            labelled("Email or username", "login", auto_complete="username", required=True),
            labelled(
                "Password",
                "password",
                type="password",
                auto_complete="current-password",
                required=True,
            ),
            rx.el.a("Forgotten password?", href="/forgot-password", class_name="forgot"),
            rx.el.label(
                rx.el.input(type="checkbox", name="keep"),
                "Keep me signed in",
                class_name="keep",
            ),
        ),
        other_ways(),
        other_door("No account yet?", "Create account", "/register"),
    )
