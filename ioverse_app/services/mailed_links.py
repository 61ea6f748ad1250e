"""Links that are mailed to a person: each opens one thing, once, for an hour."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Gone
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import AccountToken, TokenKind, User, now

LASTS = timedelta(hours=1)
MOST = 3
"""Links of a kind that one person is mailed in an hour."""


async def make(session: AsyncSession, user: User, kind: TokenKind, email: str = "") -> str | None:
    """A new link's secret, or None if this person was mailed enough of them."""
    theirs = select(func.count()).where(
        AccountToken.user_id == user.id,
        AccountToken.kind == kind,
        col(AccountToken.expires_at) > now(),
    )
    if (await session.exec(theirs)).one() >= MOST:
        return None
    secret = security.new_secret()
    session.add(
        AccountToken(
            user_id=user.id,
            kind=kind,
            secret_hash=security.fingerprint(secret),
            email=email,
            expires_at=now() + LASTS,
        )
    )
    return secret


async def find(session: AsyncSession, secret: str, kind: TokenKind) -> AccountToken:
    """The link with this secret. Gone if it was used, is too old, or never was."""
    query = select(AccountToken).where(
        AccountToken.secret_hash == security.fingerprint(secret),
        AccountToken.kind == kind,
        col(AccountToken.expires_at) > now(),
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise refusal("link_used_up", Gone)
    return found


async def use(session: AsyncSession, secret: str, kind: TokenKind) -> AccountToken:
    """Use a link up: of two who try at once, one gets it. Others of its kind end too."""
    found = await find(session, secret, kind)
    one = delete(AccountToken).where(col(AccountToken.id) == found.id)
    if not (await session.execute(one.returning(col(AccountToken.id)))).all():
        raise refusal("link_used_up", Gone)
    await forget(session, found.user_id, kind)
    return found


async def forget(session: AsyncSession, user_id: str, kind: TokenKind) -> None:
    """Let no link of this kind lead anywhere for this person."""
    theirs = (col(AccountToken.user_id) == user_id) & (col(AccountToken.kind) == kind)
    await session.execute(delete(AccountToken).where(theirs))


async def purge() -> int:
    """Delete the links whose hour is over; how many."""
    old = delete(AccountToken).where(col(AccountToken.expires_at) < now())
    async with db.transaction() as session:
        return len((await session.execute(old.returning(col(AccountToken.id)))).all())
