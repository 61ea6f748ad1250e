"""The account page: one section a file."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.account.looks import looks
from ioverse_app.ui.account.profile import profile
from ioverse_app.ui.settings import Section, settings_page

BASE = "/account"
SECTIONS = [
    Section("profile", "Profile", "user", profile),
    Section("looks", "Who looked", "eye", looks),
]


def account_page() -> rx.Component:
    """Profile, security, keys, usage."""
    return settings_page(BASE, "Account", SECTIONS)
