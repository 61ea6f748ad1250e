"""Passkeys on the page: to sign in with one, and to add one."""

from __future__ import annotations

import reflex as rx
from reflex.event import no_args_event_spec

from ioverse_app.ui.browser_files import browser_file

_SCRIPT = browser_file("accounts/passkeys.jsx")


class SignInWithPasskey(rx.Component):
    """The button on the login page, see `passkeys.jsx`."""

    library = _SCRIPT
    tag = "SignInWithPasskey"


class AddPasskey(rx.Component):
    """A name and a button, see `passkeys.jsx`. `on_added` is fired once it is kept."""

    library = _SCRIPT
    tag = "AddPasskey"

    on_added: rx.EventHandler[no_args_event_spec]
