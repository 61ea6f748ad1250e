"""The pages for a forgotten password, and for links that were mailed."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.form import account_form, door, labelled, other_door
from ioverse_app.ui.accounts.steps import password_fields


def forgot_password_page() -> rx.Component:
    """Have a link mailed."""
    return door(
        "Forgotten password",
        account_form(
            "/auth/forgot-password",
            "Send link",
            rx.el.p(
                "You get a mail with a link, with which you choose a new password.",
                class_name="lead",
            ),
            labelled("Email or username", "login", auto_complete="username", required=True),
        ),
        other_door("Remembered it?", "Sign in", "/login"),
    )


def reset_password_page() -> rx.Component:
    """Choose a new password, from the link of a mail."""
    return door(
        "Choose a new password",
        account_form("/auth/reset-password", "Change password", *password_fields()),
        other_door("Link used up?", "Send another", "/forgot-password"),
    )


def confirm_email_page() -> rx.Component:
    """Make a new address one's own, from the link of a mail."""
    return door(
        "Confirm your address",
        account_form(
            "/auth/confirm-email",
            "Confirm this address",
            rx.el.p(
                "From now on your mail comes here, and you sign in with it.", class_name="lead"
            ),
        ),
        other_door("Changed your mind?", "Back to IOverse", "/chat"),
    )
