"""What a route may ask for: a session of the database, and who is asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection

from ioverse_app import db
from ioverse_app.errors import NotSignedIn
from ioverse_app.services import access, sessions
from ioverse_app.services.access import Action
from ioverse_app.services.sessions import SignedIn
from ioverse_app.tables import User


async def _session(request: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """It only reads for GET and HEAD; else it writes, and is committed before the answer."""
    is_safe = request.scope.get("method") in ("GET", "HEAD")
    async with db.reading() if is_safe else db.transaction() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session, scope="function")]


async def _signed_in(request: HTTPConnection) -> SignedIn:
    """By a Bearer token or, without one, by the browser's cookie. NotSignedIn for strangers.

    It reads in a session of its own, so that a route may open its own transactions: to change
    the user, get the row again.
    """
    async with db.reading() as session:
        return await _who(request, session)


async def _who(request: HTTPConnection, session: AsyncSession) -> SignedIn:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return await sessions.by_access_token(session, token.strip())
    cookie = request.cookies.get(sessions.COOKIE)
    if not cookie:
        raise NotSignedIn("Token is missing!", code="token_missing")
    signed_in = await sessions.by_cookie(session, cookie)
    if signed_in is None:
        raise NotSignedIn("Token is invalid!", code="token_invalid")
    return signed_in


CurrentSession = Annotated[SignedIn, Depends(_signed_in)]


async def _user(signed_in: CurrentSession) -> User:
    return signed_in.user


CurrentUser = Annotated[User, Depends(_user)]


async def _administrator(user: CurrentUser) -> User:
    access.check(user, Action.ADMINISTER)
    return user


Administrator = Annotated[User, Depends(_administrator)]
