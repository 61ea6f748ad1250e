"""Programs that use the API, for tests from the outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from ioverse_app import db
from ioverse_app.api.application import create_api
from ioverse_app.services import sessions
from ioverse_app.services.sessions import Client
from ioverse_app.tables import User


@asynccontextmanager
async def api_client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a new API, which runs in this process."""
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


async def signed_in(user: User) -> dict[str, str]:
    """The headers of a program that has signed in as this person."""
    async with db.transaction() as session:
        tokens = await sessions.start_api(session, user, Client("tests", "127.0.0.1"))
    return {"Authorization": f"Bearer {tokens.access}"}
