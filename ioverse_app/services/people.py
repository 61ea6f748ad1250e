"""People, as those who administer manage them. Every deed is in the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.services import access, accounts, audit, groups, import_files, sessions
from ioverse_app.services.access import Action
from ioverse_app.services.cursors import Cursor
from ioverse_app.services.erasure import erase_all
from ioverse_app.tables import ChatImport, Conversation, Group, Role, Session, User, now

PAGE = 50
PASSWORD_CHARS = 20
NOT_FOUND = "This person is not there. The account may have been deleted."


@dataclass(frozen=True, slots=True)
class Person:
    """An account with what an administrator sees of it at a glance."""

    user: User
    chats: int
    seen_at: datetime | None
    groups: Sequence[Group]


@dataclass(frozen=True, slots=True)
class Page:
    """Some people, newest first, and where the next page begins, if any."""

    items: Sequence[Person]
    next_cursor: str | None


async def page(
    session: AsyncSession,
    actor: User,
    *,
    words: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page:
    """A page of all people, or of those with this in their name or address."""
    access.check(actor, Action.ADMINISTER)
    query = select(User).order_by(col(User.created_at).desc(), col(User.id).desc())
    if wanted := accounts.fold(words.replace("\x00", "")).strip():
        name, address = col(User.username_folded), col(User.email_folded)
        query = query.where(
            or_(name.contains(wanted, autoescape=True), address.contains(wanted, autoescape=True))
        )
    if cursor:
        query = query.where(Cursor.read(cursor).behind(col(User.created_at), col(User.id)))
    found = (await session.exec(query.limit(limit + 1))).all()
    items = await _with_facts(session, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return Page(items, str(Cursor("p", last.created_at, last.id)) if last else None)


async def get(session: AsyncSession, actor: User, user_id: str) -> Person:
    """One person."""
    access.check(actor, Action.ADMINISTER)
    return (await _with_facts(session, [await _found(session, user_id)]))[0]


async def create(
    actor: User, username: str, email: str, role: str = Role.MEMBER
) -> tuple[User, str]:
    """Make an account; the answer is its row and its first password, which is shown once.

    It opens its own transaction, after the password was hashed.
    """
    access.check(actor, Action.ADMINISTER)
    role = _role(role)
    password = _new_password()
    account = await accounts.draft_for(username, email, password)
    async with db.transaction() as session:
        actor = await _acting(session, actor)
        access.check_manages(actor, role)
        user = await accounts.register(session, account)
        user.role = role
        await audit.note(
            session, actor, "person.created", kind="user", id=user.id, about=user.id, role=role
        )
    return user, password


async def change_role(session: AsyncSession, actor: User, user_id: str, role: str) -> User:
    """Make somebody an owner, an administrator, a member or a guest."""
    actor, person = await _managed(session, actor, user_id)
    old, new = person.role, _role(role)
    access.check_manages(actor, new)
    if old != new:
        person.role = new
        await _note(session, actor, "person.role_changed", person, old=old, new=new)
    return person


async def block(session: AsyncSession, actor: User, user_id: str) -> User:
    """Shut somebody out: their sessions end at once, their data stays."""
    actor, person = await _managed(session, actor, user_id)
    if person.blocked_at is None:
        person.blocked_at = now()
        await sessions.end_all(session, person)
        await _note(session, actor, "person.blocked", person)
    return person


async def unblock(session: AsyncSession, actor: User, user_id: str) -> User:
    """Let somebody sign in again."""
    actor, person = await _managed(session, actor, user_id)
    if person.blocked_at is not None:
        person.blocked_at = None
        await _note(session, actor, "person.unblocked", person)
    return person


async def reset_password(actor: User, user_id: str) -> str:
    """Give somebody a new password, which is shown once; their sessions end at once.

    It opens its own transactions.
    """
    access.check(actor, Action.ADMINISTER)
    password = _new_password()
    hashed = await security.hash_password(password)
    async with db.transaction() as session:
        actor, person = await _managed(session, actor, user_id)
        person.password_hash = hashed
        await sessions.end_all(session, person)
        await _note(session, actor, "person.password_reset", person)
    return password


async def delete(actor: User, user_id: str) -> None:
    """Delete somebody with everything of theirs, for good. It opens its own transactions.

    They are shut out first. If the rest is interrupted, they stay blocked: delete them again.
    """
    async with db.transaction() as session:
        _, person = await _managed(session, actor, user_id)
        person.blocked_at = person.blocked_at or now()
        await sessions.end_all(session, person)
        query = select(col(ChatImport.id)).where(ChatImport.user_id == person.id)
        files = (await session.exec(query)).all()
    chats = await erase_all(col(Conversation.owner_id) == user_id)
    async with db.transaction() as session:
        actor, person = await _managed(session, actor, user_id)
        await _note(session, actor, "person.deleted", person, role=person.role, chats=chats)
        await session.delete(person)
    for import_id in files:
        await asyncio.to_thread(import_files.forget, import_id)


async def _with_facts(session: AsyncSession, users: Sequence[User]) -> list[Person]:
    ids = [user.id for user in users]
    owner, seen = col(Conversation.owner_id), func.max(col(Session.last_seen_at))
    kept = owner.in_(ids) & ~col(Conversation.temporary)
    chats = select(owner, func.count()).where(kept).group_by(owner)
    counts = dict((await session.exec(chats)).all())
    visits = select(col(Session.user_id), seen).where(col(Session.user_id).in_(ids))
    seen_at = dict((await session.exec(visits.group_by(col(Session.user_id)))).all())
    of = await groups.of_people(session, ids)
    return [Person(u, counts.get(u.id, 0), seen_at.get(u.id), of.get(u.id, ())) for u in users]


async def _found(session: AsyncSession, user_id: str) -> User:
    known = user_id.isalnum() and await session.get(User, user_id, populate_existing=True)
    if not known:
        raise NotFound(NOT_FOUND)
    return known


async def _acting(session: AsyncSession, actor: User) -> User:
    """Who asks, as they are now: what a page knows may be some seconds old."""
    await audit.alone(session)
    known = await session.get(User, actor.id, populate_existing=True)
    access.check(known, Action.ADMINISTER)
    return known or actor


async def _managed(session: AsyncSession, actor: User, user_id: str) -> tuple[User, User]:
    """Who asks, and whom they manage, one administrator at a time."""
    actor = await _acting(session, actor)
    person = await _found(session, user_id)
    if person.id == actor.id:
        raise Conflict("This is your own account: another administrator has to do it.")
    access.check_manages(actor, person.role)
    return actor, person


def _role(role: str) -> str:
    if role not in list(Role):
        raise Invalid(f"A role is one of {', '.join(Role)}.", code="role_unknown")
    return str(role)


def _new_password() -> str:
    return security.new_secret()[:PASSWORD_CHARS]


async def _note(
    session: AsyncSession, actor: User, action: str, person: User, **details: str | int
) -> None:
    await audit.note(session, actor, action, kind="user", id=person.id, about=person.id, **details)
