"""Who is signed in, by the cookie of the connection that an event came through."""

from __future__ import annotations

import time
from collections import OrderedDict
from urllib.parse import urlencode

import reflex as rx
from starlette.requests import cookie_parser

from ioverse_app import db, live, security
from ioverse_app.services import sessions
from ioverse_app.services.local_path import local_path
from ioverse_app.services.sessions import SessionsEnded, SignedIn
from ioverse_app.tables import User

# A burst of events asks once. A session that ends is forgotten at once; what another process
# changes is seen within these seconds.
FRESH_SECONDS = 1.0
REMEMBERED = 2_000

_known: OrderedDict[str, tuple[float, SignedIn]] = OrderedDict()
_over: OrderedDict[str, None] = OrderedDict()
_ended = live.subscribe(sessions.TOPIC)


async def current_user(state: rx.State) -> User | None:
    """The user whose browser sent this event, or None for a stranger."""
    signed_in = await current_session(state)
    return signed_in.user if signed_in else None


async def current_session(state: rx.State) -> SignedIn | None:
    """The user whose browser sent this event, with the session that says so."""
    if not (token := _token(state)):
        return None
    _forget_ended()
    key = security.fingerprint(token)
    known_at, signed_in = _known.get(key, (0.0, None))
    if signed_in and time.monotonic() - known_at < FRESH_SECONDS:
        return signed_in
    async with db.reading() as session:
        signed_in = await sessions.by_cookie(session, token)
    _remember(key, signed_in)
    return signed_in


def has_ended(signed_in: SignedIn) -> bool:
    """Whether a session has ended since, as far as this process was told."""
    _forget_ended()
    return signed_in.session.id in _over


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


def _forget_ended() -> None:
    for told in _ended.waiting():
        gone = set(told.ids) if isinstance(told, SessionsEnded) else None
        for key, (_, signed_in) in list(_known.items()):
            if gone is None or signed_in.session.id in gone:
                del _known[key]
        _over.update(dict.fromkeys(gone or ()))
    while len(_over) > REMEMBERED:
        _over.popitem(last=False)


def _remember(key: str, signed_in: SignedIn | None) -> None:
    _known.pop(key, None)
    if signed_in is not None:
        _known[key] = (time.monotonic(), signed_in)
    while len(_known) > REMEMBERED:
        _known.popitem(last=False)
