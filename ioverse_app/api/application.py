"""The API, put together."""

from __future__ import annotations

from fastapi import FastAPI

from ioverse_app import __version__
from ioverse_app.api import (
    account_forms,
    accounts,
    administration,
    attachments,
    audit,
    chat_list,
    chats,
    commands,
    context,
    exports,
    health,
    imports,
    models,
    parameters,
    people,
    preferences,
    preview,
    search,
    share_page,
    shares,
    trash,
)
from ioverse_app.api.errors import add_error_handlers
from ioverse_app.api.origin import OriginCheck


def create_api() -> FastAPI:
    """A new API. Reflex mounts itself inside it and runs the lifespans; this one has none.

    FastAPI's own pages for /docs are left out: they load Swagger UI from a CDN.
    """
    api = FastAPI(title="IOverse", version=__version__, docs_url=None, redoc_url=None)
    add_error_handlers(api)
    api.add_middleware(OriginCheck)
    for router in (
        accounts.router,
        account_forms.router,
        chats.router,
        attachments.router,
        chat_list.router,
        trash.router,
        parameters.router,
        imports.router,
        shares.router,
        share_page.router,
        models.router,
        preferences.router,
        context.router,
        commands.router,
        exports.router,
        search.router,
        health.router,
        preview.router,
        people.router,
        administration.router,
        audit.router,
    ):
        api.include_router(router)
    return api
