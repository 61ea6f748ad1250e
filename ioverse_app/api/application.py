"""The API, put together."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from ioverse_app import __version__
from ioverse_app.api import (
    account_forms,
    account_security,
    accounts,
    administration,
    attachments,
    audit,
    budgets,
    chat_list,
    chats,
    commands,
    context,
    exports,
    health,
    images,
    imports,
    invitations,
    keys,
    models,
    openai_images,
    outside_sign_in,
    parameters,
    passkeys,
    people,
    person_data,
    preferences,
    preview,
    provider_keys,
    providers,
    search,
    second_step,
    share_page,
    shares,
    trash,
    usage,
)
from ioverse_app.api.errors import add_error_handlers
from ioverse_app.api.origin import OriginCheck
from ioverse_app.api.rates import RateHeaders, limited


def create_api() -> FastAPI:
    """A new API. Reflex mounts itself inside it and runs the lifespans; this one has none.

    FastAPI's own pages for /docs are left out: they load Swagger UI from a CDN.
    """
    api = FastAPI(
        title="IOverse",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(limited)],
    )
    add_error_handlers(api)
    api.add_middleware(OriginCheck)
    api.add_middleware(RateHeaders)
    for router in (
        accounts.router,
        account_forms.router,
        second_step.router,
        passkeys.router,
        outside_sign_in.router,
        account_security.router,
        keys.router,
        invitations.router,
        person_data.router,
        chats.router,
        attachments.router,
        images.router,
        openai_images.router,
        chat_list.router,
        trash.router,
        parameters.router,
        imports.router,
        shares.router,
        share_page.router,
        models.router,
        preferences.router,
        provider_keys.router,
        providers.router,
        context.router,
        commands.router,
        exports.router,
        search.router,
        health.router,
        preview.router,
        usage.router,
        budgets.router,
        people.router,
        administration.router,
        audit.router,
    ):
        api.include_router(router)
    return api
