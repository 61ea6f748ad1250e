"""The browser files beside this one, made known to Reflex, and the packages that they use."""

from __future__ import annotations

from pathlib import Path

import reflex as rx

PACKAGES = [
    "streamdown@2.7.1",
    "remark-math@6.0.0",
    "rehype-katex@7.0.1",
    "katex@0.16.47",
    "highlight.js@11.12.0",
    "mermaid@12.3.0",
]

_HERE = Path(__file__).parent
# Each file finds the others beside it, so all of them are linked, whichever is asked for.
_PATHS = {
    file.name: rx.asset(file.name, shared=True).importable_path
    for file in sorted(_HERE.iterdir())
    if file.suffix in {".js", ".jsx", ".css"}
}


def library(name: str) -> str:
    """Where the front end's build finds one of these files."""
    return _PATHS[name]
