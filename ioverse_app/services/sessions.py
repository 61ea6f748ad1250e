"""Sessions: how a browser or a program stays signed in, each a row that ends at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, event, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from ioverse_app import db, live, security
from ioverse_app.errors import NotFound, NotSignedIn
from ioverse_app.services import audit
from ioverse_app.services.devices import device_name
from ioverse_app.tables import Session, User, new_id, now

COOKIE = "ioverse_session"
ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
KEPT_LIFETIME = timedelta(days=30)
VISIT_LIFETIME = timedelta(hours=12)
TOPIC = "sessions"
"""Where it is told which sessions have ended, as `SessionsEnded`."""

KEPT_AFTER_END = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)

_REFRESH = "refresh"
_log = logging.getLogger(__name__)
_noting: dict[str, asyncio.Task[None]] = {}


class Kind(StrEnum):
    """Who holds a session."""

    BROWSER = "browser"
    API = "api"


@dataclass(frozen=True)
class Client:
    """Where a request came from."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Tokens:
    """What a program signs its requests with, and what it gets the next pair for."""

    access: str
    refresh: str


@dataclass(frozen=True)
class SignedIn:
    """Somebody, and the session that says so."""

    user: User
    session: Session


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """These sessions are over: nobody may go on in their name."""

    ids: tuple[str, ...]


async def start_browser(session: AsyncSession, user: User, client: Client, *, keep: bool) -> str:
    """Start a session for a browser; what is returned goes into its cookie."""
    token = security.new_secret()
    lifetime = KEPT_LIFETIME if keep else VISIT_LIFETIME
    row = _row(new_id(), user, Kind.BROWSER, token, lifetime, client)
    await _begin(session, user, row)
    return token


async def start_api(session: AsyncSession, user: User, client: Client) -> Tokens:
    """Start a session for a program."""
    session_id = new_id()
    tokens = _tokens(session_id, user)
    row = _row(session_id, user, Kind.API, tokens.refresh, REFRESH_LIFETIME, client)
    await _begin(session, user, row)
    return tokens


async def refresh(session: AsyncSession, refresh_token: str, client: Client) -> Tokens | None:
    """Exchange a refresh token for new tokens; it works once.

    None if it is not, or no longer, good: commit all the same, because an old one that comes
    back has been stolen, and ends its session.
    """
    statement = _of_secret(refresh_token, Kind.API).with_for_update(of=Session)
    found = (await session.exec(statement)).first()
    if found is None:
        await _end_if_old(session, refresh_token)
        return None
    row, user = found
    if not _is_open(row, user):
        return None
    tokens = _tokens(row.id, user)
    row.secret_hash = security.fingerprint(tokens.refresh)
    row.expires_at = now() + REFRESH_LIFETIME
    row.last_seen_at = now()
    row.user_agent, row.ip_address = client.user_agent[:300], client.address[:64]
    session.add(row)
    await session.flush()
    return tokens


async def by_cookie(session: AsyncSession, token: str) -> SignedIn | None:
    """Whose browser this is, or None if the cookie is worth nothing."""
    found = (await session.exec(_of_secret(token, Kind.BROWSER))).first()
    if found is None or not _is_open(*found):
        return None
    return _seen(*found)


async def by_access_token(session: AsyncSession, token: str) -> SignedIn:
    """Whose program this is. NotSignedIn if the token, its session or its user is not good."""
    claims = security.read_signed(token)
    statement = (
        select(Session, User)
        .join(User, col(User.id) == col(Session.user_id))
        .where(col(Session.id) == str(claims["sid"]), col(User.id) == claims["sub"])
    )
    found = (await session.exec(statement)).first()
    if found is None or not _is_open(*found):
        raise NotSignedIn("Token is invalid!", code="token_invalid")
    return _seen(*found)


async def user_of_cookie(session: AsyncSession, token: str) -> User | None:
    """The user of a browser's cookie, or None."""
    signed_in = await by_cookie(session, token)
    return signed_in.user if signed_in else None


async def user_of_access_token(session: AsyncSession, token: str) -> User:
    """The user of a program's access token, or NotSignedIn."""
    return (await by_access_token(session, token)).user


async def end(session: AsyncSession, session_id: str) -> None:
    """End one session. Its tokens are refused from now on."""
    await _end(session, col(Session.id) == session_id)


async def end_by_cookie(session: AsyncSession, token: str) -> None:
    """End the session of a browser's cookie, if there is one."""
    await _end(session, col(Session.secret_hash) == security.fingerprint(token))


async def end_all(session: AsyncSession, user: User) -> None:
    """End every session of a user."""
    await _end(session, col(Session.user_id) == user.id)


async def end_others(session: AsyncSession, user: User, keep: str) -> None:
    """End every session of a user but the one with this id."""
    await _end(session, (col(Session.user_id) == user.id) & (col(Session.id) != keep))


async def of(session: AsyncSession, user: User) -> Sequence[Session]:
    """The sessions of this user that are open, the one that was seen last first."""
    query = Session.visible_to(user).order_by(col(Session.last_seen_at).desc())
    return (await session.exec(query)).all()


async def revoke(session: AsyncSession, user: User, session_id: str) -> None:
    """End one of this user's sessions, at once. NotFound if it is not theirs, or has ended."""
    query = Session.visible_to(user).where(Session.id == session_id)
    if (await session.exec(query)).first() is None:
        raise NotFound("This session is not there.")
    await end(session, session_id)


async def purge() -> int:
    """Delete the sessions that ended or expired a week ago; how many."""
    week_ago = now() - KEPT_AFTER_END
    over = or_(col(Session.expires_at) < week_ago, col(Session.revoked_at) < week_ago)
    async with db.transaction() as session:
        gone = await session.execute(delete(Session).where(over).returning(col(Session.id)))
        return len(gone.all())


async def _begin(session: AsyncSession, user: User, row: Session) -> None:
    session.add(row)
    await session.flush()
    await audit.note(
        session,
        user,
        "session.started",
        kind="session",
        id=row.id,
        how=row.kind,
        device=device_name(row.user_agent),
    )


async def _end(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """End sessions, and tell everybody who goes by them once that is committed."""
    statement = update(Session).where(which, col(Session.revoked_at).is_(None))
    ended = await session.execute(statement.values(revoked_at=now()).returning(col(Session.id)))
    if not (ids := tuple(ended.scalars())):
        return

    def committed(_: object) -> None:
        live.publish(TOPIC, SessionsEnded(ids))

    event.listen(session.sync_session, "after_commit", committed, once=True)


async def _end_if_old(session: AsyncSession, refresh_token: str) -> None:
    """End the session of a refresh token that we did make, and that has been used before.

    The seal tells whose it was however often it has been exchanged since, so a thief who is
    two exchanges ahead is found out as well.
    """
    with suppress(security.SealBroken):
        purpose, _, session_id = security.unseal(refresh_token).partition(":")
        if purpose == _REFRESH:
            await end(session, session_id)


def _tokens(session_id: str, user: User) -> Tokens:
    issued_at = now()
    access = security.sign(
        {
            "sub": user.id,
            "sid": session_id,
            "jti": new_id(),
            "iat": issued_at,
            "exp": issued_at + ACCESS_LIFETIME,
            "username": user.username,
        }
    )
    return Tokens(access=access, refresh=security.seal(f"{_REFRESH}:{session_id}"))


def _row(
    session_id: str, user: User, kind: Kind, secret: str, lifetime: timedelta, client: Client
) -> Session:
    return Session(
        id=session_id,
        user_id=user.id,
        kind=kind,
        secret_hash=security.fingerprint(secret),
        expires_at=now() + lifetime,
        user_agent=client.user_agent[:300],
        ip_address=client.address[:64],
    )


def _of_secret(secret: str, kind: Kind) -> Select[Session, User]:
    return (
        select(Session, User)
        .join(User, col(User.id) == col(Session.user_id))
        .where(col(Session.secret_hash) == security.fingerprint(secret), Session.kind == kind)
    )


def _is_open(row: Session, user: User) -> bool:
    return row.revoked_at is None and row.expires_at > now() and user.blocked_at is None


def _seen(row: Session, user: User) -> SignedIn:
    """Note that the session was seen, at most once a minute, without making anybody wait."""
    if now() - row.last_seen_at > SEEN_EVERY and row.id not in _noting:
        _noting[row.id] = asyncio.create_task(_note_seen(row.id))
        _noting[row.id].add_done_callback(lambda _: _noting.pop(row.id, None))
    return SignedIn(user, row)


async def _note_seen(session_id: str) -> None:
    """Write it in a transaction of its own: whoever asked may only be reading."""
    try:
        async with db.transaction() as session:
            statement = update(Session).where(col(Session.id) == session_id)
            await session.exec(statement.values(last_seen_at=now()))
    except SQLAlchemyError:
        _log.warning("A session's last visit could not be written.", exc_info=True)
