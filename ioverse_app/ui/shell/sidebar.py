"""The sidebar, which is a drawer on small screens."""

from __future__ import annotations

from typing import Any

import reflex as rx

OPENS: dict[str, Any] = {"data-opens-sidebar": ""}
"""Attributes of what opens the drawer when it is clicked."""

CLOSES: dict[str, Any] = {"data-closes-sidebar": ""}
"""Attributes of what puts the drawer away when it is clicked."""


class Sidebar(rx.Component):
    """A navigation named by its label, see `sidebar.jsx`."""

    library = rx.asset("sidebar.jsx", shared=True).importable_path
    tag = "Sidebar"

    label: rx.Var[str]
    folded: rx.Var[bool]
