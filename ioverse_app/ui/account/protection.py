"""What protects one's account besides the password."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.account.authenticator import authenticator
from ioverse_app.ui.account.identities import connections
from ioverse_app.ui.account.passkeys import passkeys


def protection() -> rx.Component:
    """Passkeys, the authenticator app, accounts elsewhere."""
    return rx.el.div(passkeys(), authenticator(), connections())
