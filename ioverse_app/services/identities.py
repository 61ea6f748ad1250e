"""Identities: the accounts elsewhere by which people sign in here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound
from ioverse_app.services import accounts
from ioverse_app.services.issuers import Person
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import Identity, Passkey, User, now

NAMES_TRIED = 50


async def mine(session: AsyncSession, user: User) -> Sequence[Identity]:
    """What is connected to a person."""
    return (await session.exec(Identity.visible_to(user))).all()


async def sign_in(session: AsyncSession, person: Person) -> User:
    """The account of somebody whom an issuer recognised: the connected one, or a new one.

    An account that merely has the same e-mail address is not opened: its owner connects the
    two while signed in. Refused (Conflict, Invalid, NotAllowed) with a sentence of `refusals`.
    """
    if (known := await _find(session, person)) is not None:
        known.last_used_at = now()
        user = await session.get_one(User, known.user_id)
        if user.blocked_at is not None:
            raise refusal("account_blocked", NotAllowed)
        return user
    if not person.email:
        raise refusal("outside_no_email", Invalid)
    if await _is_taken(session, email=person.email):
        raise refusal("outside_email_taken", Conflict)
    account = accounts.draft_without_password(await _free_name(session, person), person.email)
    user = await accounts.register(session, account)
    await connect(session, user, person)
    return user


async def connect(session: AsyncSession, user: User, person: Person) -> Identity:
    """Let this person sign in by that account too. Conflict if it is somebody else's here."""
    known = await _find(session, person)
    if known is not None and known.user_id != user.id:
        raise refusal("outside_taken", Conflict)
    row = known or Identity(user_id=user.id, issuer=person.issuer, subject=person.subject)
    row.email, row.last_used_at = person.email, now()
    session.add(row)
    await session.flush()
    return row


async def disconnect(session: AsyncSession, user: User, identity_id: str) -> None:
    """Forget a connection. Conflict if nothing else would open this account."""
    statement = Identity.visible_to(user).where(Identity.id == identity_id)
    row = (await session.exec(statement)).first()
    if row is None:
        raise NotFound("This connection is not there any more.")
    if await ways_in(session, user) <= 1:
        raise refusal("last_way_in", Conflict)
    await session.delete(row)


async def ways_in(session: AsyncSession, user: User) -> int:
    """By how many things a person can sign in: the password, passkeys, accounts elsewhere."""
    fresh = await session.get_one(User, user.id, populate_existing=True)
    count = 0 if fresh.password_hash == accounts.NO_PASSWORD else 1
    for table in (Passkey, Identity):
        statement = select(func.count()).where(col(table.user_id) == user.id)
        count += (await session.exec(statement)).one()
    return count


async def _find(session: AsyncSession, person: Person) -> Identity | None:
    statement = select(Identity).where(
        Identity.issuer == person.issuer, Identity.subject == person.subject
    )
    return (await session.exec(statement)).first()


async def _free_name(session: AsyncSession, person: Person) -> str:
    """The name that they have there, with a number if it is taken or cannot be used here."""
    wanted = (person.name or person.email).partition("@")[0].strip()[: accounts.USERNAME_MAX - 4]
    if not accounts.is_username(wanted):
        wanted = "person"
    for number in range(1, NAMES_TRIED):
        name = wanted if number == 1 else f"{wanted} {number}"
        if not await _is_taken(session, username=name):
            return name
    raise refusal("username_taken", Conflict)


async def _is_taken(session: AsyncSession, *, username: str = "", email: str = "") -> bool:
    column, value = (User.email_folded, email) if email else (User.username_folded, username)
    statement = select(User.id).where(column == accounts.fold(value))
    return (await session.exec(statement)).first() is not None
