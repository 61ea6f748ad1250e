"""The browser files beside this one, made known to Reflex. Each finds the others beside it."""

from __future__ import annotations

from pathlib import Path

import reflex as rx

_HERE = Path(__file__).parent
_PATHS = {
    file.name: rx.asset(file.name, shared=True).importable_path
    for file in sorted(_HERE.iterdir())
    if file.suffix in {".js", ".jsx"}
}


def library(name: str) -> str:
    """Where the front end's build finds one of these files."""
    return _PATHS[name]
