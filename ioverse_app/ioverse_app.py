"""IOverse, put together: pages, API, and what lives as long as the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import reflex as rx
from reflex.event import EventSpec

from ioverse_app import db, migrations, security
from ioverse_app.api.application import create_api
from ioverse_app.api.guards import guarded
from ioverse_app.engine import engine
from ioverse_app.errors import AppError
from ioverse_app.jobs import clock
from ioverse_app.providers import registry
from ioverse_app.services import accounts, changed_settings, connections, paying, search
from ioverse_app.services.gateway.responses import background
from ioverse_app.ui.account import account_page
from ioverse_app.ui.accounts import (
    code_page,
    confirm_email_page,
    forgot_password_page,
    login_page,
    register_page,
    reset_password_page,
)
from ioverse_app.ui.addresses import without_slash
from ioverse_app.ui.admin import admin_page
from ioverse_app.ui.chats import ChatState, ParametersState, chat_page
from ioverse_app.ui.home import HomeState, home_page
from ioverse_app.ui.images import ImagesState, images_page
from ioverse_app.ui.page_policy import PagePolicy
from ioverse_app.ui.search.page import SearchPageState, search_page
from ioverse_app.ui.settings import SettingsState
from ioverse_app.ui.shell import NoticeState
from ioverse_app.ui.shell.presence import PresenceState

logger = logging.getLogger(__name__)

LOGIN, CODE, REGISTER, SEARCH = "/login", "/login/code", "/register", "/search"
FORGOTTEN, RESET, CONFIRM = "/forgot-password", "/reset-password", "/confirm-email"
PAGES = (LOGIN, CODE, REGISTER, FORGOTTEN, RESET, CONFIRM, SEARCH)
UNFORESEEN = "Something went wrong. It has been logged; please try again."
# The on-screen keyboard makes the page smaller, so that the composer stays above it.
VIEWPORT = "width=device-width, initial-scale=1, interactive-widget=resizes-content"
STYLES = [
    "/styles/base.css",
    "/styles/accents.css",
    "/styles/appearance.css",
    "/styles/shell.css",
    "/styles/chat.css",
    "/styles/parameters.css",
    "/styles/shares.css",
    "/styles/imports.css",
    "/styles/context.css",
    "/styles/commands.css",
    "/styles/search.css",
    "/styles/settings.css",
    "/styles/providers.css",
    "/styles/usage.css",
    "/styles/admin.css",
    "/styles/home.css",
]


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """The database brought up to date, then the engine and the clock from start to stop."""
    await migrations.ensure_current()
    await security.prepare()
    async with db.transaction() as session:
        await accounts.ensure_admin(session)
    await changed_settings.load()
    await connections.load()
    await paying.load()
    async with engine.running(), clock.running():
        beside = [
            asyncio.create_task(search.fill()),
            asyncio.create_task(changed_settings.keep_current()),
        ]
        yield
        for task in beside:
            task.cancel()
        await background.close()
    await registry.close()
    await db.close()


def apologise(exception: Exception) -> EventSpec:
    """What a page is told when a handler fails: the sentence, if somebody foresaw it."""
    if isinstance(exception, AppError):
        return cast(EventSpec, NoticeState.say(exception.message))
    logger.error("A handler failed", exc_info=exception)
    return cast(EventSpec, NoticeState.say(UNFORESEEN))


def create_app() -> rx.App:
    """The application."""
    made = rx.App(
        stylesheets=STYLES,
        api_transformer=[create_api(), without_slash(PAGES), PagePolicy, guarded],
        backend_exception_handler=apologise,
        toaster=None,
        html_lang="en",
        head_components=[
            rx.el.script(src="/appearance.js"),
            rx.el.meta(name="viewport", content=VIEWPORT),
            rx.el.link(rel="icon", href="/logo.svg", type="image/svg+xml"),
            rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
            rx.el.link(rel="apple-touch-icon", href="/apple-touch-icon.png"),
            rx.el.link(rel="manifest", href="/manifest.json"),
        ],
    )
    for replaced in ((5, "Overlay"), (4, "ExtraOverlay")):  # the shell shows lost connections
        made.app_wraps.pop(replaced)
    made.register_lifespan_task(lifespan)
    made.add_page(home_page, route="/", title="IOverse", on_load=HomeState.open)
    made.add_page(login_page, route=LOGIN, title="Sign in · IOverse")
    made.add_page(code_page, route=CODE, title="Sign in · IOverse")
    made.add_page(register_page, route=REGISTER, title="Create account · IOverse")
    made.add_page(forgot_password_page, route=FORGOTTEN, title="Forgotten password · IOverse")
    made.add_page(reset_password_page, route=RESET, title="New password · IOverse")
    made.add_page(confirm_email_page, route=CONFIRM, title="Confirm address · IOverse")
    made.add_page(
        chat_page,
        route="/chat/[[chat_id]]",
        title="Chat · IOverse",
        on_load=[ChatState.open, ParametersState.load, PresenceState.watch],
    )
    made.add_page(
        search_page,
        route=SEARCH,
        title="Search · IOverse",
        on_load=[SearchPageState.open, PresenceState.watch],
    )
    made.add_page(
        images_page,
        route="/images/[[image_id]]",
        title="Images · IOverse",
        on_load=[ImagesState.open, PresenceState.watch],
    )
    for page, base, opens in (
        (account_page, "/account", SettingsState.open),
        (admin_page, "/admin", SettingsState.open_administration),
    ):
        title = f"{base[1:].title()} · IOverse"
        made.add_page(
            page, route=f"{base}/[[section]]", title=title, on_load=[opens, PresenceState.watch]
        )
    return made


app = create_app()
