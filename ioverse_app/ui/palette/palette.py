"""What Ctrl+K opens on every page behind the door, and what `?` lists."""

from __future__ import annotations

from pathlib import Path

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.ui.palette.state import PaletteState

_FILES = {
    file.name: rx.asset(file.name, shared=True).importable_path
    for file in sorted(Path(__file__).parent.iterdir())
    if file.suffix in {".js", ".jsx", ".css"}
}


class Palette(rx.Component):
    """The two dialogs and the keys, see `palette.jsx`."""

    library = _FILES["palette.jsx"]
    tag = "Palette"

    on_search: rx.EventHandler[passthrough_event_spec(str)]


def palette() -> rx.Component:
    """The palette, closed until it is asked for."""
    return Palette.create(on_search=PaletteState.search)
