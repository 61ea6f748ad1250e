"""Leaving: an account is deleted a week after its person asked for it, with everything in it."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, mail
from ioverse_app.errors import Conflict
from ioverse_app.services import data_exports, letters, post, recovery, sessions
from ioverse_app.services.erasure import erase_all
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import Conversation, Role, User, now

GRACE = timedelta(days=7)

_log = logging.getLogger(__name__)


async def ask(user: User, password: str | None) -> User:
    """Have an account deleted in a week; the password is asked for, since it is for good."""
    await recovery.confirm(user, password)
    async with db.transaction() as session:
        row = await session.get_one(User, user.id)
        await _check_others(session, row)
        row.erase_at = row.erase_at or now() + GRACE
    post.later(mail.send_quietly(letters.erasure_asked(row, row.erase_at)))
    return row


async def take_back(user: User) -> User:
    """Keep the account after all."""
    async with db.transaction() as session:
        row = await session.get_one(User, user.id)
        row.erase_at = None
    return row


async def erase_due() -> int:
    """Delete the accounts whose week is over; how many. For the clock."""
    async with db.reading() as session:
        due = (await session.exec(select(User).where(col(User.erase_at) <= now()))).all()
    for user in due:
        await erase(user)
    return len(due)


async def erase(user: User) -> None:
    """Delete an account with everything in it, for good, in transactions of its own.

    Chats go a few at a time, so that whoever else writes need not wait. Files that nobody else
    has are left to the storage's purge.
    """
    async with db.transaction() as session:
        await sessions.end_all(session, user)
    await erase_all(col(Conversation.owner_id) == user.id)
    await data_exports.forget_all(user)
    async with db.transaction() as session:
        await session.execute(delete(User).where(col(User.id) == user.id))
    _log.info("An account was deleted")
    post.later(mail.send_quietly(letters.erased(user.username, user.email)))


async def _check_others(session: AsyncSession, user: User) -> None:
    """A workspace with people in it keeps somebody who administers it."""
    if not user.is_admin:
        return
    others = select(User.id).where(User.id != user.id, col(User.erase_at).is_(None))
    if (await session.exec(others.limit(1))).first() is None:
        return
    admins = others.where(User.role == Role.ADMIN, col(User.blocked_at).is_(None))
    if (await session.exec(admins.limit(1))).first() is None:
        raise refusal("only_administrator", Conflict)
