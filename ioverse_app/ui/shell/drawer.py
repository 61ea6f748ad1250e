"""A panel at the right of the page, over it on small screens."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.browser_files import browser_file


class Drawer(rx.Component):
    """A dialog that is not modal, named by its label, see `drawer.jsx`."""

    library = browser_file("shell/drawer.jsx")
    tag = "Drawer"

    label: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]
