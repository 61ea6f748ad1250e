"""What Ctrl+K opens on every page behind the door, and what `?` lists."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.palette.state import PaletteState


class Palette(rx.Component):
    """The two dialogs and the keys, see `palette.jsx`."""

    library = browser_file("palette/palette.jsx")
    tag = "Palette"

    on_search: rx.EventHandler[passthrough_event_spec(str)]


def palette() -> rx.Component:
    """The palette, closed until it is asked for."""
    return Palette.create(on_search=PaletteState.search)
