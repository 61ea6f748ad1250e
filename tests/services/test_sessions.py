"""A session ends at once, wherever and however it was started."""

import asyncio
from datetime import timedelta

import jwt
import pytest
from conftest import both_databases
from sqlmodel import select

from ioverse_app import db, security
from ioverse_app.errors import NotSignedIn
from ioverse_app.services import sessions
from ioverse_app.services.sessions import Client, Tokens
from ioverse_app.tables import Session, User, new_id, now

LAPTOP = Client("192.0.2.1", "Firefox")


async def _start_browser(user: User, *, keep: bool = False) -> str:
    async with db.transaction() as session:
        return await sessions.start_browser(session, user, LAPTOP, keep=keep)


async def _start_api(user: User) -> Tokens:
    async with db.transaction() as session:
        return await sessions.start_api(session, user, LAPTOP)


async def _refresh(token: str) -> Tokens | None:
    async with db.transaction() as session:
        return await sessions.refresh(session, token, LAPTOP)


async def _user_of_cookie(token: str) -> User | None:
    async with db.reading() as session:
        return await sessions.user_of_cookie(session, token)


async def _user_of_access_token(token: str) -> User:
    async with db.reading() as session:
        return await sessions.user_of_access_token(session, token)


async def _row() -> Session:
    async with db.reading() as session:
        return (await session.exec(select(Session))).one()


async def _change(**values: object) -> None:
    async with db.transaction() as session:
        row = (await session.exec(select(Session))).one()
        for name, value in values.items():
            setattr(row, name, value)


@both_databases
async def test_a_browser_is_known_by_its_cookie_and_no_secret_is_stored(database, ann):
    cookie = await _start_browser(ann)
    assert (await _user_of_cookie(cookie)).id == ann.id
    row = await _row()
    assert row.secret_hash == security.fingerprint(cookie)
    assert (row.ip_address, row.user_agent, row.kind) == ("192.0.2.1", "Firefox", "browser")


@pytest.mark.parametrize(("keep", "lifetime"), [(True, timedelta(30)), (False, timedelta(0.5))])
async def test_a_browser_is_kept_signed_in_as_long_as_was_wished(database, ann, keep, lifetime):
    await _start_browser(ann, keep=keep)
    assert abs((await _row()).expires_at - now() - lifetime) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "made_up", ["", "x", "é\udcff", "a\0b", "n0tMade8y1overse_n0tMade8y1overse_n0tMade8y"]
)
async def test_a_made_up_cookie_is_worth_nothing(database, made_up):
    assert await _user_of_cookie(made_up) is None


@both_databases
async def test_an_ended_browser_is_refused_at_once(database, ann, bob):
    mine, other = await _start_browser(ann), await _start_browser(bob)
    async with db.transaction() as session:
        await sessions.end_by_cookie(session, mine)
    assert await _user_of_cookie(mine) is None
    assert await _user_of_cookie(other)


async def test_an_expired_browser_is_refused(database, ann):
    cookie = await _start_browser(ann)
    await _change(expires_at=now() - timedelta(seconds=1))
    assert await _user_of_cookie(cookie) is None


async def test_blocking_somebody_shuts_every_door_at_once(database, ann):
    cookie, tokens = await _start_browser(ann), await _start_api(ann)
    async with db.transaction() as session:
        (await session.get(User, ann.id)).blocked_at = now()
    assert await _user_of_cookie(cookie) is None
    assert await _refresh(tokens.refresh) is None
    with pytest.raises(NotSignedIn):
        await _user_of_access_token(tokens.access)


@both_databases
async def test_a_program_is_known_by_its_access_token(database, ann):
    tokens = await _start_api(ann)
    assert (await _user_of_access_token(tokens.access)).id == ann.id
    claims = jwt.decode(tokens.access, options={"verify_signature": False})
    assert claims["username"] == "Ann"
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert set(claims) == {"sub", "sid", "jti", "iat", "exp", "username"}


@both_databases
async def test_an_access_token_of_an_ended_session_is_refused_at_once(database, ann):
    tokens = await _start_api(ann)
    async with db.transaction() as session:
        await sessions.end(session, (await session.exec(select(Session))).one().id)
    with pytest.raises(NotSignedIn, match="Token is invalid!"):
        await _user_of_access_token(tokens.access)


async def test_an_access_token_is_for_one_person_and_one_session(database, ann, bob):
    await _start_api(ann)
    row = await _row()
    for changes in ({"sub": bob.id}, {"sid": new_id()}, {"sub": new_id()}):
        claims = {"sub": ann.id, "sid": row.id, "jti": "1", "iat": now()} | changes
        forged = security.sign(claims | {"exp": now() + timedelta(minutes=1)})
        with pytest.raises(NotSignedIn, match="Token is invalid!"):
            await _user_of_access_token(forged)


async def test_a_cookie_is_no_refresh_token_nor_the_other_way_round(database, ann):
    cookie, tokens = await _start_browser(ann), await _start_api(ann)
    assert await _refresh(cookie) is None
    assert await _user_of_cookie(tokens.refresh) is None
    assert await _user_of_cookie(cookie)


@both_databases
async def test_a_refresh_token_is_exchanged_for_new_tokens(database, ann):
    first = await _start_api(ann)
    second = await _refresh(first.refresh)
    assert second.refresh != first.refresh
    assert (await _user_of_access_token(second.access)).id == ann.id
    assert await _refresh(second.refresh)


@both_databases
@pytest.mark.parametrize("exchanges", [1, 2, 5])
async def test_an_old_refresh_token_that_comes_back_ends_the_session(database, ann, exchanges):
    stolen = tokens = await _start_api(ann)
    for _ in range(exchanges):
        tokens = await _refresh(tokens.refresh)
    assert await _refresh(stolen.refresh) is None
    assert await _refresh(tokens.refresh) is None
    with pytest.raises(NotSignedIn):
        await _user_of_access_token(tokens.access)


@both_databases
async def test_of_two_who_exchange_the_same_token_at_once_one_is_refused(database, ann):
    tokens = await _start_api(ann)
    made = await asyncio.gather(_refresh(tokens.refresh), _refresh(tokens.refresh))
    assert made.count(None) == 1


async def test_a_made_up_refresh_token_ends_nothing(database, ann):
    tokens = await _start_api(ann)
    row = await _row()
    for made_up in ("", "x", row.id, f"refresh:{row.id}", security.seal(row.id)):
        assert await _refresh(made_up) is None
    assert await _refresh(tokens.refresh)


@both_databases
async def test_a_session_is_seen_at_most_once_a_minute(database, ann):
    cookie = await _start_browser(ann)
    fresh = (await _row()).last_seen_at
    await _user_of_cookie(cookie)
    await _all_noted()
    assert (await _row()).last_seen_at == fresh
    await _change(last_seen_at=now() - timedelta(seconds=61))
    await asyncio.gather(*(_user_of_cookie(cookie) for _ in range(5)))
    await _all_noted()
    assert now() - (await _row()).last_seen_at < timedelta(seconds=30)


async def _all_noted() -> None:
    await asyncio.gather(*sessions._noting.values())


async def test_everything_of_a_person_ends_together(database, ann, bob):
    mine, other = [await _start_browser(ann), await _start_browser(ann)], await _start_browser(bob)
    async with db.transaction() as session:
        await sessions.end_all(session, ann)
    assert [await _user_of_cookie(cookie) for cookie in mine] == [None, None]
    assert await _user_of_cookie(other)


@both_databases
async def test_sessions_that_are_long_over_are_purged(database, ann):
    for _ in range(2):
        await _start_browser(ann)
        await _start_api(ann)
    async with db.reading() as session:
        rows = (await session.exec(select(Session))).all()
    ages = [
        {"expires_at": now() - timedelta(days=7, minutes=1)},
        {"revoked_at": now() - timedelta(days=7, minutes=1)},
        {"expires_at": now() - timedelta(days=6)},
        {},
    ]
    async with db.transaction() as session:
        for row, values in zip(rows, ages, strict=True):
            for name, value in values.items():
                setattr(await session.get_one(Session, row.id), name, value)
    assert await sessions.purge() == 2
    async with db.reading() as session:
        left = {row.id for row in (await session.exec(select(Session))).all()}
    assert left == {rows[2].id, rows[3].id}
