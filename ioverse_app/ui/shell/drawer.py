"""A panel at the right of the page, over it on small screens."""

from __future__ import annotations

import reflex as rx


class Drawer(rx.Component):
    """A dialog that is not modal, named by its label, see `drawer.jsx`."""

    library = rx.asset("drawer.jsx", shared=True).importable_path
    tag = "Drawer"

    label: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]
