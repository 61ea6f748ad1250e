"""The page that asks for the second factor."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.form import account_form, door, labelled, other_door


def code_page() -> rx.Component:
    """Enter the code of the authenticator app, then go on to where one was going."""
    return door(
        "One more step",
        account_form(
            "/auth/code",
            "Continue",
            labelled(
                "Code",
                "code",
                hint="Six digits from your authenticator app, or one of your recovery codes.",
                auto_complete="one-time-code",
                max_length=40,
                required=True,
            ),
        ),
        other_door("Not you?", "Sign in as somebody else", "/login"),
    )
