"""An event for when something on the page has changed."""

from __future__ import annotations

import reflex as rx


class Whenever(rx.Component):
    """It draws nothing, see `whenever.jsx`."""

    library = rx.asset("whenever.jsx", shared=True).importable_path
    tag = "Whenever"

    value: rx.Var[str]
    on_change: rx.EventHandler[rx.event.no_args_event_spec]
