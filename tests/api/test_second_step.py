"""Whoever has a second factor shows it: in a browser on a page of its own, in a program's login."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from programs import api_client
from pyotp.totp import TOTP
from sqlmodel import select

from ioverse_app import db, security
from ioverse_app.services import guesses, second_factor, sessions
from ioverse_app.tables import User

PASSWORD = "a fine long password"
EVE = {"username": "Eve", "email": "eve@example.org", "password": PASSWORD}
FORM = {"login": "Eve", "password": PASSWORD, "next": "/account"}


@pytest.fixture(autouse=True)
def _nobody_has_guessed():
    guesses.forget_all()


@pytest.fixture
async def client(database):
    async with api_client() as client:
        yield client


@pytest.fixture
async def eve(client) -> User:
    await client.post("/api/register", json=EVE)
    async with db.reading() as session:
        return (await session.exec(select(User))).one()


@pytest.fixture
async def secret(eve) -> str:
    async with db.transaction() as session:
        secret = (await second_factor.begin(session, eve)).secret
    await second_factor.confirm(eve, TOTP(secret).at(time.time() - 30))
    return secret


async def test_a_program_sends_the_code_with_the_password(client, eve, secret):
    login = {"email": "eve@example.org", "password": PASSWORD}
    response = await client.post("/api/login", json=login)
    assert (response.status_code, response.json()["code"]) == (401, "second_factor_needed")
    response = await client.post("/api/login", json=login | {"code": "000000"})
    assert (response.status_code, response.json()["code"]) == (401, "code_wrong")
    code = TOTP(secret).now()
    wrong = await client.post("/api/login", json=login | {"password": "not this", "code": code})
    assert wrong.json()["code"] == "wrong_sign_in"
    assert (await client.post("/api/login", json=login | {"code": code})).json()["token"]
    again = await client.post("/api/login", json=login | {"code": code})
    assert again.json()["code"] == "code_wrong"


async def test_a_browser_is_signed_in_after_the_second_step(client, eve, secret):
    first = await client.post("/auth/login", data=FORM)
    assert (first.status_code, first.headers["location"]) == (303, "/login/code")
    assert sessions.COOKIE not in client.cookies
    wrong = await client.post("/auth/code", data={"code": "000000"})
    assert wrong.headers["location"] == "/login/code?error=code_wrong"
    assert sessions.COOKIE not in client.cookies
    right = await client.post("/auth/code", data={"code": TOTP(secret).now()})
    assert right.headers["location"] == "/account"
    assert (await client.get("/api/users/me")).json()["username"] == "Eve"
    assert "ioverse_step" not in client.cookies


async def test_without_the_first_step_there_is_no_second(client, eve, secret):
    for made_up in ("", "x", security.seal('{"purpose": "other"}'), security.seal("[]")):
        client.cookies.set("ioverse_step", made_up, path="/auth")
        response = await client.post("/auth/code", data={"code": TOTP(secret).now()})
        assert _error(response) == "sign_in_too_late"


async def test_a_new_password_or_a_block_ends_the_first_step(client, eve, secret):
    for change in ({"password_hash": "!"}, {"blocked_at": eve.created_at}):
        await client.post("/auth/login", data=FORM)
        async with db.transaction() as session:
            row = await session.get(User, eve.id)
            before = {name: getattr(row, name) for name in change}
            for name, value in change.items():
                setattr(row, name, value)
        response = await client.post("/auth/code", data={"code": TOTP(secret).now()})
        assert _error(response) == "sign_in_too_late"
        async with db.transaction() as session:
            row = await session.get(User, eve.id)
            for name, value in before.items():
                setattr(row, name, value)


async def test_the_first_step_lasts_ten_minutes(client, eve, secret, monkeypatch):
    await client.post("/auth/login", data=FORM)
    later = time.time() + 601
    monkeypatch.setattr("ioverse_app.services.tickets.time.time", lambda: later)
    response = await client.post("/auth/code", data={"code": TOTP(secret).at(later)})
    assert _error(response) == "sign_in_too_late"


def _error(response) -> str:
    page = urlsplit(response.headers["location"])
    assert page.path == "/login"
    return parse_qs(page.query)["error"][0]
