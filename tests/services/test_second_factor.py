"""A code of the app opens the door once; a recovery code once for ever."""

import asyncio
import time
from datetime import timedelta

import pytest
from conftest import both_databases
from pyotp.totp import TOTP
from sqlmodel import select

from ioverse_app import db
from ioverse_app.errors import Conflict, NotSignedIn, TooMany
from ioverse_app.services import second_factor
from ioverse_app.tables import RecoveryCode, SecondFactor, User


async def _begin(user: User) -> str:
    async with db.transaction() as session:
        return (await second_factor.begin(session, user)).secret


async def _turned_on(user: User) -> tuple[str, list[str]]:
    """Its secret and recovery codes; the code of the step before this one is spent."""
    secret = await _begin(user)
    return secret, await second_factor.confirm(user, TOTP(secret).at(time.time() - 30))


async def _row() -> SecondFactor:
    async with db.reading() as session:
        return (await session.exec(select(SecondFactor))).one()


async def _wait(seconds: float) -> None:
    """As if so much time had passed since the last wrong code."""
    async with db.transaction() as session:
        row = (await session.exec(select(SecondFactor))).one()
        row.failed_at = row.failed_at - timedelta(seconds=seconds)


@both_databases
async def test_it_is_on_once_a_code_has_confirmed_it(database, ann):
    secret = await _begin(ann)
    async with db.reading() as session:
        assert not await second_factor.is_on(session, ann.id)
    await second_factor.check(ann.id, "anything")
    with pytest.raises(NotSignedIn):
        await second_factor.confirm(ann, "000000")
    codes = await second_factor.confirm(ann, TOTP(secret).now())
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    async with db.reading() as session:
        assert await second_factor.is_on(session, ann.id)
        assert await second_factor.codes_left(session, ann.id) == len(codes)


async def test_neither_the_secret_nor_a_recovery_code_is_stored_in_clear(database, ann):
    secret, codes = await _turned_on(ann)
    async with db.reading() as session:
        hashes = [row.code_hash for row in (await session.exec(select(RecoveryCode))).all()]
    assert secret not in (await _row()).sealed
    assert not set(hashes) & set(codes)


@both_databases
async def test_a_code_works_once(database, ann):
    secret, _ = await _turned_on(ann)
    code = TOTP(secret).now()
    tries = [second_factor.check(ann.id, f" {code[:3]} {code[3:]} ") for _ in range(3)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(one, NotSignedIn) for one in outcomes) == 2


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (0, True), (1, True), (3, False)])
async def test_a_phone_may_be_off_by_half_a_minute(database, ann, steps, is_right):
    secret, _ = await _turned_on(ann)
    code = TOTP(secret).at(time.time() + 30 * steps)
    if is_right:
        await second_factor.check(ann.id, code)
    else:
        with pytest.raises(NotSignedIn):
            await second_factor.check(ann.id, code)


@both_databases
async def test_a_recovery_code_works_once_however_it_is_typed(database, ann, bob):
    _, codes = await _turned_on(ann)
    await _turned_on_too(bob)
    with pytest.raises(NotSignedIn):
        await second_factor.check(bob.id, codes[0])
    await second_factor.check(ann.id, codes[0].replace("-", " ").upper())
    with pytest.raises(NotSignedIn):
        await second_factor.check(ann.id, codes[0])
    await second_factor.check(ann.id, codes[1])


async def _turned_on_too(user: User) -> None:
    secret = await _begin(user)
    await second_factor.confirm(user, TOTP(secret).now())


@both_databases
async def test_after_five_wrong_codes_one_waits_and_longer_each_time(database, ann):
    secret, codes = await _turned_on(ann)
    for _ in range(second_factor.FREE_FAILURES):
        with pytest.raises(NotSignedIn):
            await second_factor.check(ann.id, "000000")
    for right in (TOTP(secret).now(), codes[0]):
        with pytest.raises(TooMany) as refused:
            await second_factor.check(ann.id, right)
        assert 0 < refused.value.retry_after <= 15
    await _wait(16)
    with pytest.raises(NotSignedIn):
        await second_factor.check(ann.id, "000000")
    with pytest.raises(TooMany) as refused:
        await second_factor.check(ann.id, codes[0])
    assert 15 < refused.value.retry_after <= 30
    await _wait(31)
    await second_factor.check(ann.id, codes[0])
    assert (await _row()).failures == 0


async def test_it_is_turned_off_by_who_has_a_code(database, ann):
    _, codes = await _turned_on(ann)
    with pytest.raises(NotSignedIn):
        await second_factor.turn_off(ann, "wrong")
    with pytest.raises(Conflict):
        await _begin(ann)
    await second_factor.turn_off(ann, codes[3])
    async with db.reading() as session:
        assert not await second_factor.is_on(session, ann.id)
        assert await second_factor.codes_left(session, ann.id) == 0


async def test_new_recovery_codes_end_the_old_ones(database, ann):
    secret, old = await _turned_on(ann)
    new = await second_factor.renew_codes(ann, TOTP(secret).now())
    with pytest.raises(NotSignedIn):
        await second_factor.check(ann.id, old[0])
    await second_factor.check(ann.id, new[0])


@pytest.mark.parametrize("code", ["", "x" * 65, "é\udcff", "１２３４５６", "a\0b"])
async def test_what_is_no_code_is_wrong(database, ann, code):
    await _turned_on(ann)
    with pytest.raises(Exception, match="not right"):
        await second_factor.check(ann.id, code)
