"""The administration: one section a file."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.audit_log import audit_log
from ioverse_app.ui.admin.budgets import budgets
from ioverse_app.ui.admin.chats import chats
from ioverse_app.ui.admin.doctor import doctor
from ioverse_app.ui.admin.groups import groups
from ioverse_app.ui.admin.invitations import invitations
from ioverse_app.ui.admin.jobs import jobs
from ioverse_app.ui.admin.live_settings import live_settings
from ioverse_app.ui.admin.mail import mail
from ioverse_app.ui.admin.models import models
from ioverse_app.ui.admin.overview import overview
from ioverse_app.ui.admin.people import people
from ioverse_app.ui.admin.providers import providers
from ioverse_app.ui.admin.retirement import retiring
from ioverse_app.ui.admin.shares import links
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
    Section("people", "People", "users", people),
    Section("groups", "Groups", "users-round", groups),
    Section("chats", "Chats", "messages-square", chats),
    Section("links", "Links", "share-2", links),
    Section("jobs", "Jobs", "timer", jobs),
    Section("mail", "Mail", "mail", mail),
    Section("settings", "Settings", "sliders-horizontal", live_settings),
    Section("audit", "Audit log", "scroll-text", audit_log),
    Section("doctor", "Doctor", "stethoscope", doctor),
]


def admin_page() -> rx.Component:
    """People, providers, settings and what happened."""
    return settings_page(BASE, "Administration", SECTIONS)
