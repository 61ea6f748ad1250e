"""The sidebar, which is a drawer on small screens."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app.ui.browser_files import browser_file


def opens() -> dict[str, Any]:
    """Attributes of what opens the drawer. Always new ones, since Reflex adds to them."""
    return {"data-opens-sidebar": ""}


def closes() -> dict[str, Any]:
    """Attributes of what puts the drawer away."""
    return {"data-closes-sidebar": ""}


class Sidebar(rx.Component):
    """A navigation named by its label, see `sidebar.jsx`."""

    library = browser_file("shell/sidebar.jsx")
    tag = "Sidebar"

    label: rx.Var[str]
    folded: rx.Var[bool]
