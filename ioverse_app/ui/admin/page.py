"""The administration: one section a file."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.budgets import budgets
from ioverse_app.ui.admin.invitations import invitations
from ioverse_app.ui.admin.models import models
from ioverse_app.ui.admin.overview import overview
from ioverse_app.ui.admin.providers import providers
from ioverse_app.ui.admin.retirement import retiring
from ioverse_app.ui.admin.usage import usage
from ioverse_app.ui.settings import Section, settings_page

BASE = "/admin"
SECTIONS = [
    Section("overview", "Overview", "layout-dashboard", overview),
    Section("invitations", "Invitations", "mail-plus", invitations),
    Section("providers", "Providers", "plug", providers),
    Section("models", "Models", "box", models),
    Section("retirement", "Retirement", "calendar-clock", retiring),
    Section("usage", "Usage", "chart-column", usage),
    Section("budgets", "Budgets", "wallet", budgets),
]


def admin_page() -> rx.Component:
    """People, providers, settings and what happened."""
    return settings_page(BASE, "Administration", SECTIONS)
