"""The address of this installation, as the person at a page knows it."""

from __future__ import annotations

import reflex as rx

from ioverse_app.config import settings


def public_address(state: rx.State) -> str:
    """`https://host`, by PUBLIC_URL, or else as the page was reached."""
    if settings().public_url:
        return settings().address
    return state.router.headers.origin or settings().address
