"""Who is signed in, by the cookie of the connection that an event came through."""

from __future__ import annotations

import time
from collections import OrderedDict
from urllib.parse import urlencode

import reflex as rx
from starlette.requests import cookie_parser

from ioverse_app import db, security
from ioverse_app.services import sessions
from ioverse_app.services.local_path import local_path
from ioverse_app.tables import User

# A revoked session is refused within these seconds; until then a burst of events asks once.
FRESH_SECONDS = 3.0
REMEMBERED = 2_000

_known: OrderedDict[str, tuple[float, User]] = OrderedDict()


async def current_user(state: rx.State) -> User | None:
    """The user whose browser sent this event, or None for a stranger."""
    if not (token := _token(state)):
        return None
    key = security.fingerprint(token)
    known_at, user = _known.get(key, (0.0, None))
    if user and time.monotonic() - known_at < FRESH_SECONDS:
        return user
    async with db.reading() as session:
        user = await sessions.user_of_cookie(session, token)
    _remember(key, user)
    return user


def forget(state: rx.State) -> None:
    """Ask again who this is at the next event, since the account has changed."""
    _known.pop(security.fingerprint(_token(state) or ""), None)


async def require_user(state: rx.State) -> User | rx.event.EventSpec:
    """The user or, for a stranger, the event that sends them to sign in and back here."""
    user = await current_user(state)
    if user is not None:
        return user
    url = state.router.url
    here = f"{url.path}?{url.query}" if url.query else url.path
    return rx.redirect(f"/login?{urlencode({'next': local_path(here)})}")


def _token(state: rx.State) -> str | None:
    return cookie_parser(state.router.headers.cookie).get(sessions.COOKIE)


def _remember(key: str, user: User | None) -> None:
    _known.pop(key, None)
    if user is not None:
        _known[key] = (time.monotonic(), user)
    while len(_known) > REMEMBERED:
        _known.popitem(last=False)
