"""The button that takes the open chat along as a file."""

from __future__ import annotations

import reflex as rx

_STORE = rx.asset("exporter.js", shared=True)  # which the menu finds beside itself


class ExportMenu(rx.Component):
    """The formats, and how an export goes: see `export_menu.jsx`. Nothing without a `chat_id`."""

    library = rx.asset("export_menu.jsx", shared=True).importable_path
    tag = "ExportMenu"

    chat_id: rx.Var[str]


export_menu = ExportMenu.create
