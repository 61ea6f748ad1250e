"""The account page: one section a file."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.account.api_keys import api_keys
from ioverse_app.ui.account.data import data
from ioverse_app.ui.account.looks import looks
from ioverse_app.ui.account.profile import profile
from ioverse_app.ui.account.protection import protection
from ioverse_app.ui.account.provider_keys import keys
from ioverse_app.ui.account.security import security
from ioverse_app.ui.account.usage import usage
from ioverse_app.ui.settings import Section, settings_page

BASE = "/account"
SECTIONS = [
    Section("profile", "Profile", "user", profile),
    Section("security", "Security", "lock", security),
    Section("protection", "Passkeys and second factor", "fingerprint", protection),
    Section("keys", "API keys", "key-round", api_keys),
    Section("provider-keys", "Provider keys", "plug", keys),
    Section("usage", "Usage", "chart-column", usage),
    Section("looks", "Who looked", "eye", looks),
    Section("data", "Your data", "archive", data),
]


def account_page() -> rx.Component:
    """Profile, security, keys, usage."""
    return settings_page(BASE, "Account", SECTIONS)
