"""The gateway in this process, an API key, and the official SDK at the other end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread

import httpx2
import uvicorn
from openai import AsyncOpenAI
from server import free_port

from ioverse_app import db
from ioverse_app.api.application import create_api
from ioverse_app.api.guards import guarded
from ioverse_app.providers import registry
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.provider import Provider
from ioverse_app.services import api_keys
from ioverse_app.tables import User


async def key_of(user: User, **values: object) -> str:
    """A new API key of this person, which may read and chat."""
    async with db.transaction() as session:
        _, secret = await api_keys.create(session, user, name="tests", **values)
    return secret


@asynccontextmanager
async def sdk(key: str) -> AsyncIterator[AsyncOpenAI]:
    """The official SDK, strict about every field of what it gets."""
    transport = httpx2.ASGITransport(guarded(create_api()))
    async with httpx2.AsyncClient(transport=transport) as http:
        yield AsyncOpenAI(
            api_key=key,
            base_url="http://localhost:3000/v1",
            http_client=http,
            max_retries=0,
            _strict_response_validation=True,
        )
