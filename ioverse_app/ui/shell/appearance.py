"""The dialog in which people choose how the pages look."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.services import preferences
from ioverse_app.services.preferences import Value
from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.shell.state import ShellState

_SCRIPT = browser_file("shell/appearance.jsx")


class Appearance(rx.Component):
    """The dialog, and what is stored put into effect, see `appearance.jsx`."""

    library = _SCRIPT
    tag = "Appearance"

    stored: rx.Var[dict[str, Value]]
    defaults: rx.Var[dict[str, Value]]
    accents: rx.Var[list[str]]
    sizes: rx.Var[list[int]]
    on_save: rx.EventHandler[passthrough_event_spec(dict[str, Any])]


def appearance() -> rx.Component:
    """The dialog, which anything with `opens_appearance` opens."""
    known = preferences.BY_NAME
    return Appearance.create(
        stored=ShellState.appearance,
        defaults={one.name: one.default for one in preferences.ALL},
        accents=list(known["accent"].choices),
        sizes=list(known["font_size"].choices),
        on_save=ShellState.save_appearance,
    )


def opens_appearance() -> dict[str, Any]:
    """Attributes of what opens the dialog. Always new ones, since Reflex adds to them."""
    return {"data-opens-appearance": ""}


def sets_theme(theme: str) -> dict[str, Any]:
    """Attributes of what chooses a theme."""
    return {"data-sets-theme": theme}
