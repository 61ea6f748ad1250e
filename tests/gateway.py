"""The gateway on a port of its own, keys for it, and the official SDK at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from openai import AsyncOpenAI, OpenAI
from server import free_port

from ioverse_app import db
from ioverse_app.api.application import create_api
from ioverse_app.api.guards import guarded
from ioverse_app.providers import registry
from ioverse_app.services import api_keys
from ioverse_app.services.gateway.responses import background
from ioverse_app.tables import User


@asynccontextmanager
async def gateway() -> AsyncIterator[str]:
    """Serve the API in this loop; the base URL of `/v1`."""
    port = free_port()
    config = uvicorn.Config(guarded(create_api()), port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 it has no event
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await background.close()
        server.should_exit = True
        await serving
        await registry.close()


async def key_of(user: User, *scopes: str, **values: object) -> str:
    """A new API key of this person, which may read and chat if nothing else is said."""
    if scopes:
        values["scopes"] = scopes
    async with db.transaction() as session:
        _, secret = await api_keys.create(session, user, name="tests", **values)
    return secret


def sdk(url: str, key: str, **values: object) -> AsyncOpenAI:
    """The official SDK, strict about every field of what it gets."""
    return AsyncOpenAI(
        api_key=key, base_url=url, max_retries=0, _strict_response_validation=True, **values
    )


def plain_sdk(url: str, key: str) -> OpenAI:
    """The same, for those who wait."""
    return OpenAI(api_key=key, base_url=url, max_retries=0, _strict_response_validation=True)
