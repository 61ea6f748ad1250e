"""What a route may ask for: a session of the database, and who is asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection

from ioverse_app import db
from ioverse_app.api import scopes
from ioverse_app.api.client import client_of
from ioverse_app.api.schemes import any_way
from ioverse_app.errors import AppError, NotAllowed, NotSignedIn, TooLarge
from ioverse_app.services import access, api_keys, sessions, signatures
from ioverse_app.services.access import Action
from ioverse_app.services.api_keys import PREFIX, KeyHolder
from ioverse_app.services.sessions import SignedIn
from ioverse_app.services.signatures import SCHEME, SignedRequest
from ioverse_app.tables import User

SIGNED_MAX = 25_000_000
"""Bytes of the body of a signed request, which is read whole before it is let in."""


async def _session(request: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """It only reads for GET and HEAD; else it writes, and is committed before the answer."""
    is_safe = request.scope.get("method") in ("GET", "HEAD")
    async with db.reading() if is_safe else db.transaction() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session, scope="function")]


async def asking(request: HTTPConnection) -> SignedIn | KeyHolder | AppError:
    """Who is asking, or why that is not known; found out once for each request.

    It reads in a session of its own, so that a route may open its own transactions: to change
    the user, get the row again.
    """
    if not hasattr(request.state, "asking"):
        try:
            request.state.asking = await _who(request)
        except AppError as error:
            request.state.asking = error
    return request.state.asking


async def _asking(
    request: HTTPConnection, _: Annotated[None, Depends(any_way)]
) -> AsyncIterator[SignedIn | KeyHolder]:
    """By a token or an API key or, without one, by the browser's cookie. Else NotSignedIn.

    What an API key asks counts for its budgets, until the answer is sent.
    """
    who = await asking(request)
    if isinstance(who, AppError):
        raise who
    with api_keys.using(who.key.id if isinstance(who, KeyHolder) else None):
        yield who


async def _who(request: HTTPConnection) -> SignedIn | KeyHolder:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == SCHEME.lower():
        holder = await signatures.holder(token, await _signed(request))
        return _within_scope(request, holder)
    async with db.reading() as session:
        if scheme.lower() == "bearer" and token.strip().startswith(PREFIX):
            address = client_of(request).address
            holder = await api_keys.by_secret(session, token.strip(), address)
            return _within_scope(request, holder)
        signed_in = await _signed_in_as(request, session)
    request.scope["user_id"] = signed_in.user.id  # for the log
    return signed_in


async def _signed_in_as(request: HTTPConnection, session: AsyncSession) -> SignedIn:
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


def _within_scope(request: HTTPConnection, holder: KeyHolder) -> KeyHolder:
    scopes.check(holder, request.scope.get("method", "WEBSOCKET"), request.url.path)
    request.scope["user_id"] = holder.user.id
    return holder


async def _signed(request: HTTPConnection) -> SignedRequest:
    url = request.url
    target = f"{url.path}?{url.query}" if url.query else url.path
    body = b""
    if isinstance(request, Request):
        if int(request.headers.get("content-length") or 0) > SIGNED_MAX:
            raise TooLarge("A signed request has at most 25 MB.", code="signed_too_large")
        body = await request.body()
    method = request.scope.get("method", "GET")
    return SignedRequest(method, target, body, client_of(request).address)


Asking = Annotated[SignedIn | KeyHolder, Depends(_asking)]


async def _of_session(asking: Asking) -> SignedIn:
    if isinstance(asking, SignedIn):
        return asking
    raise NotAllowed("This cannot be done with an API key. Sign in.", code="key_not_enough")


CurrentSession = Annotated[SignedIn, Depends(_of_session)]


async def _user(asking: Asking) -> User:
    return asking.user


CurrentUser = Annotated[User, Depends(_user)]


async def _administrator(user: CurrentUser) -> User:
    access.check(user, Action.ADMINISTER)
    return user


Administrator = Annotated[User, Depends(_administrator)]
