"""The second factor: six digits of an authenticator app (RFC 6238), or a recovery code."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from dataclasses import dataclass

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import AppError, Conflict, Invalid, NotSignedIn, TooMany
from ioverse_app.services.refusals import SENTENCES, refusal
from ioverse_app.tables import RecoveryCode, SecondFactor, User, now

ISSUER = "IOverse"
RECOVERY_CODES = 10
STEP_SECONDS = 30
CLOCK_STEPS = 1
"""How many steps a phone's clock may be off, either way."""

FREE_FAILURES = 5
LONGEST_WAIT_SECONDS = 900.0

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_SPACING = re.compile(r"[\s-]+")


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: the secret, and the address that a QR code holds."""

    secret: str
    address: str


async def is_on(session: AsyncSession, user_id: str) -> bool:
    """Whether this person's sign-in asks for a code."""
    row = await _row(session, user_id)
    return row is not None and row.confirmed_at is not None


async def begin(session: AsyncSession, user: User) -> Enrolment:
    """A new secret, which counts once a code confirms it. Conflict if an app is connected."""
    row = await _row(session, user.id) or SecondFactor(user_id=user.id, sealed="")
    if row.confirmed_at is not None:
        raise Conflict("An authenticator app is connected already. Turn it off first.")
    secret = random_base32()
    row.sealed, row.last_step, row.failures = security.seal(secret), 0, 0
    session.add(row)
    await session.flush()
    return Enrolment(secret, TOTP(secret, name=user.email, issuer=ISSUER).provisioning_uri())


async def confirm(user: User, code: str) -> list[str]:
    """Turn it on by a first code of the app; the recovery codes, to be shown this once."""
    async with db.transaction() as session:
        row = await _row(session, user.id, lock=True)
        if row is None or row.confirmed_at is not None:
            raise Conflict("There is nothing to confirm here. Start again.")
        codes: list[str] = []
        problem = _try(row, _digits(code))
        if problem is None:
            row.confirmed_at = now()
            codes = await _new_codes(session, user.id)
    if problem:
        raise problem
    return codes


async def check(user_id: str, code: str) -> None:
    """Take a code, once. NotSignedIn if it is wrong or used, TooMany after many wrong ones.

    It opens a transaction of its own, so that a wrong code is counted whatever becomes of the
    request. Without a second factor every code is right.
    """
    async with db.transaction() as session:
        row = await _row(session, user_id, lock=True)
        if row is None or row.confirmed_at is None:
            return
        problem = await _take(session, row, code)
    if problem:
        raise problem


async def demand(user: User, code: str | None) -> None:
    """Take the code of somebody whose password was right. NotSignedIn names what is missing."""
    if not code:
        async with db.reading() as session:
            if await is_on(session, user.id):
                raise refusal("second_factor_needed", NotSignedIn)
    else:
        await check(user.id, code)


async def turn_off(user: User, code: str) -> None:
    """Forget the app and the recovery codes, for who has a code."""
    await check(user.id, code)
    async with db.transaction() as session:
        await forget(session, user.id)


async def forget(session: AsyncSession, user_id: str) -> None:
    """Forget the app and the recovery codes, as an administrator does for who lost both."""
    for table in (RecoveryCode, SecondFactor):
        await session.execute(delete(table).where(col(table.user_id) == user_id))


async def renew_codes(user: User, code: str) -> list[str]:
    """New recovery codes in place of the old ones, for who has a code."""
    await check(user.id, code)
    async with db.transaction() as session:
        if not await is_on(session, user.id):
            raise Conflict("Connect an authenticator app first.")
        return await _new_codes(session, user.id)


async def codes_left(session: AsyncSession, user_id: str) -> int:
    """How many recovery codes have not been used."""
    statement = select(func.count()).where(col(RecoveryCode.user_id) == user_id)
    return (await session.exec(statement)).one()


async def _row(session: AsyncSession, user_id: str, *, lock: bool = False) -> SecondFactor | None:
    statement = select(SecondFactor).where(SecondFactor.user_id == user_id)
    return (await session.exec(statement.with_for_update() if lock else statement)).first()


async def _take(session: AsyncSession, row: SecondFactor, code: str) -> AppError | None:
    digits = _digits(code)
    if len(digits) == 6 and digits.isascii() and digits.isdigit():
        return _try(row, digits)
    if problem := _too_soon(row):
        return problem
    spent = delete(RecoveryCode).where(
        col(RecoveryCode.user_id) == row.user_id,
        col(RecoveryCode.code_hash) == _hash(row.user_id, digits),
    )
    gone = await session.execute(spent.returning(col(RecoveryCode.id)))
    return _noted(row, is_right=gone.first() is not None)


def _try(row: SecondFactor, digits: str) -> AppError | None:
    """Compare with the steps around now that are newer than the last one taken."""
    if problem := _too_soon(row):
        return problem
    totp, current = TOTP(security.unseal(row.sealed)), int(time.time()) // STEP_SECONDS
    for step in range(current - CLOCK_STEPS, current + CLOCK_STEPS + 1):
        if step > row.last_step and hmac.compare_digest(
            totp.generate_otp(step).encode(), digits.encode("utf-8", "replace")
        ):
            row.last_step = step
            return _noted(row, is_right=True)
    return _noted(row, is_right=False)


def _too_soon(row: SecondFactor) -> TooMany | None:
    """Who has been wrong five times waits 15 seconds, then twice as long each time."""
    if row.failures < FREE_FAILURES or row.failed_at is None:
        return None
    wait = min(15.0 * 2 ** min(row.failures - FREE_FAILURES, 10), LONGEST_WAIT_SECONDS)
    left = wait - (now() - row.failed_at).total_seconds()
    if left <= 0:
        return None
    return TooMany(SENTENCES["code_too_many"], code="code_too_many", retry_after=left)


def _noted(row: SecondFactor, *, is_right: bool) -> AppError | None:
    if is_right:
        row.failures, row.failed_at = 0, None
        return None
    row.failures, row.failed_at = row.failures + 1, now()
    return refusal("code_wrong", NotSignedIn)


async def _new_codes(session: AsyncSession, user_id: str) -> list[str]:
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]
    for code in codes:
        session.add(RecoveryCode(user_id=user_id, code_hash=_hash(user_id, _digits(code))))
    await session.flush()
    return codes


def _digits(code: str) -> str:
    """A code as it is compared: people type spaces, dashes and capitals."""
    if len(code) > 64:
        raise refusal("code_wrong", Invalid)
    return _SPACING.sub("", code).lower()


def _hash(user_id: str, code: str) -> str:
    return security.fingerprint(f"{user_id}:{code}")
