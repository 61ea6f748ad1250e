"""The administration: one section a file."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.budgets import budgets
from ioverse_app.ui.admin.overview import overview
from ioverse_app.ui.admin.usage import usage
from ioverse_app.ui.settings import Section, settings_page

BASE = "/admin"
SECTIONS = [
    Section("overview", "Overview", "layout-dashboard", overview),
    Section("usage", "Usage", "chart-column", usage),
    Section("budgets", "Budgets", "wallet", budgets),
]


def admin_page() -> rx.Component:
    """People, providers, settings and what happened."""
    return settings_page(BASE, "Administration", SECTIONS)
