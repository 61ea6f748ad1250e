"""An event for when something on the page has changed."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.browser_files import browser_file


class Whenever(rx.Component):
    """It draws nothing, see `whenever.jsx`."""

    library = browser_file("shell/whenever.jsx")
    tag = "Whenever"

    value: rx.Var[str]
    on_change: rx.EventHandler[rx.event.no_args_event_spec]
