"""The administration: one section a file."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.invitations import invitations
from ioverse_app.ui.admin.overview import overview
from ioverse_app.ui.settings import Section, settings_page

BASE = "/admin"
SECTIONS = [
    Section("overview", "Overview", "layout-dashboard", overview),
    Section("invitations", "Invitations", "mail-plus", invitations),
]


def admin_page() -> rx.Component:
    """People, providers, settings and what happened."""
    return settings_page(BASE, "Administration", SECTIONS)
