"""Accounts: make one, sign in to it, look it up."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.config import settings
from ioverse_app.errors import NotAllowed, NotFound, NotSignedIn
from ioverse_app.services import access, audit, guesses, invitations, passwords
from ioverse_app.services.access import Action
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import Role, User

NO_PASSWORD = "!"  # noqa: S105 - what no password has as its hash
USERNAME_MAX = 64
EMAIL_MAX = 254
_REGISTERING = 0x10E5E  # the number of PostgreSQL's advisory lock

_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@(?:[\w-]+\.)+[\w-]{2,}|[\w.+-]{1,64}@localhost")
# Letters and marks that Unicode counts as printable, and that draw nothing.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0]")


@dataclass(frozen=True)
class Draft:
    """An account that obeys the rules and is not stored yet."""

    username: str
    email: str
    password_hash: str
    invitation: str = ""


async def draft(
    username: str | None, email: str | None, password: str | None, *, invitation: str = ""
) -> Draft:
    """Check what somebody typed, and hash the password before any lock is held.

    Refused (Invalid, NotAllowed, Gone) with a sentence of `refusals` when a rule is broken. An
    `invitation`, the token of a link, lets somebody in whatever the mode is.
    """
    if invitation:
        async with db.reading() as session:
            await invitations.find(session, invitation)
    elif settings().registration == "closed":
        raise refusal("registration_closed", NotAllowed)
    elif settings().registration == "invite":
        raise refusal("registration_by_invitation", NotAllowed)
    username, email = " ".join((username or "").split()), (email or "").strip()
    if not (username and email and password):
        raise refusal("fields_missing")
    return replace(await _draft(username, email, password), invitation=invitation)


def draft_without_password(username: str, email: str) -> Draft:
    """An account for somebody whom an issuer has recognised. Refused like any other."""
    if settings().registration == "closed":
        raise refusal("registration_closed", NotAllowed)
    if settings().registration == "invite":
        raise refusal("registration_by_invitation", NotAllowed)
    if not is_username(username):
        raise refusal("username_unusable")
    if not _is_email(email):
        raise refusal("email_unusable")
    return Draft(username, email, NO_PASSWORD)


async def draft_for(username: str, email: str, password: str) -> Draft:
    """As `draft`, however people register here: for an account that an administrator makes."""
    username, email = " ".join(username.split()), email.strip()
    if not (username and email and password):
        raise refusal("fields_missing")
    return await _draft(username, email, password)


async def register(session: AsyncSession, account: Draft) -> User:
    """Store a new account. The first one of all owns the workspace."""
    await _one_at_a_time(session)
    if await find(session, account.email):
        raise refusal("email_taken")
    if await find(session, account.username):
        raise refusal("username_taken")
    is_first = (await session.exec(select(User.id).limit(1))).first() is None
    role = Role.OWNER if is_first else Role.MEMBER
    if account.invitation:
        role = await invitations.use(session, account.invitation, account.username)
    return await _store(session, account, role)


async def sign_in(login: str | None, password: str | None, *, address: str) -> User:
    """Whoever has this e-mail address or user name, and this password.

    It opens a session of its own, because checking a password takes long enough that no
    connection should wait for it. `address` is counted against for wrong guesses: NotSignedIn
    for one, TooMany after many. The second look keeps guesses made at once from slipping by.
    """
    if not (login and login.strip() and password):
        raise refusal("sign_in_missing")
    name = fold(" ".join(login.split()))[:EMAIL_MAX]
    _check_guesses(address, name)
    async with db.reading() as session:
        user = await find(session, login)
    is_right = await security.verify_password(password, user.password_hash if user else None)
    _check_guesses(address, name)
    if user is None or not is_right:
        guesses.add(address)
        guesses.add_account(name)
        await audit.record(None, "session.refused", kind="user", about=user.id if user else None)
        raise refusal("wrong_sign_in", NotSignedIn)
    guesses.forgive(name)
    if user.blocked_at is not None:
        raise refusal("account_blocked", NotAllowed)
    return user


def _check_guesses(address: str, name: str) -> None:
    guesses.check(address)
    guesses.check_account(name)


async def get(session: AsyncSession, asker: User, user_id: str) -> User:
    """An account as its owner or an administrator may see it. NotFound for everybody else."""
    found = None
    if asker.id == user_id or access.may(asker, Action.ADMINISTER):
        found = await session.get(User, user_id) if user_id.isalnum() else None
    if found is None:
        raise NotFound("User not found")
    return found


async def ensure_admin(session: AsyncSession) -> User | None:
    """Make the account of ADMIN_EMAIL and ADMIN_PASSWORD, if there is no account at all yet."""
    email, password = settings().admin_email, settings().admin_password
    if not email or not password:
        return None
    await _one_at_a_time(session)
    if (await session.exec(select(User.id).limit(1))).first() is not None:
        return None
    name = email.strip().partition("@")[0][:USERNAME_MAX]
    account = await _draft(name, email.strip(), password.get_secret_value())
    return await _store(session, account, Role.OWNER)


async def find(session: AsyncSession, login: str) -> User | None:
    """The account with this user name or e-mail address; one cannot be mistaken for the other."""
    folded = fold(" ".join(login.split()))
    if len(folded) > EMAIL_MAX or not folded.isprintable():
        return None
    is_theirs = or_(col(User.username_folded) == folded, col(User.email_folded) == folded)
    return (await session.exec(select(User).where(is_theirs))).first()


def checked_email(email: str | None) -> str:
    """An e-mail address as it will be kept. Invalid if it cannot be one."""
    email = (email or "").strip()
    if not _is_email(email):
        raise refusal("email_unusable")
    return email


def fold(name: str) -> str:
    """What names and addresses are compared by: NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


async def _draft(username: str, email: str, password: str) -> Draft:
    if not is_username(username):
        raise refusal("username_unusable")
    checked_email(email)
    passwords.check(password, fold(username), fold(email))
    return Draft(username, email, await security.hash_password(password))


def is_username(name: str) -> bool:
    """Whether an account may have this name."""
    folded = fold(name)
    return (
        bool(folded.strip())
        and len(name) <= USERNAME_MAX
        and len(folded) <= USERNAME_MAX
        and name.isprintable()
        and folded.isprintable()
        and "@" not in folded
        and not _INVISIBLE.search(name)
    )


def _is_email(address: str) -> bool:
    folded = fold(address)
    return (
        max(len(address), len(folded)) <= EMAIL_MAX
        and address.isprintable()
        and _EMAIL.fullmatch(address) is not None
        and _EMAIL.fullmatch(folded) is not None
    )


async def _store(session: AsyncSession, account: Draft, role: Role) -> User:
    user = User(
        username=account.username,
        username_folded=fold(account.username),
        email=account.email,
        email_folded=fold(account.email),
        password_hash=account.password_hash,
        role=role,
    )
    session.add(user)
    await session.flush()
    return user


async def _one_at_a_time(session: AsyncSession) -> None:
    """Let no other registration in until this one is committed. SQLite's writers wait anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.exec(select(func.pg_advisory_xact_lock(_REGISTERING)))
