"""Signing in with an account elsewhere, with a real issuer of identities on this machine."""

from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import both_databases
from issuer import CLIENT_ID, CLIENT_SECRET, consent, running_issuer
from programs import api_client
from sqlmodel import select

from ioverse_app import db
from ioverse_app.services import identities, issuers, sessions, tickets
from ioverse_app.tables import Identity, Passkey, User

BACK = "http://localhost:3000/auth/with/oidc/back"
PASSWORD = "a fine long password"


@pytest.fixture(scope="module")
def issuer():
    with running_issuer(BACK) as address:
        yield address


@pytest.fixture
async def client(configure, issuer, database):
    issuers._described.clear()
    configure(
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_label="Our school",
    )
    async with api_client() as client:
        yield client


async def _come_back(client, name: str, **query: str):
    """Go there, sign in as `name`, come back."""
    door = await client.get("/auth/with/oidc", params=query)
    assert door.status_code == 303, door.text
    return await client.get(await consent(door.headers["location"], name))


def _error(response) -> str:
    return parse_qs(urlsplit(response.headers["location"]).query)["error"][0]


async def _people() -> list[User]:
    async with db.reading() as session:
        return list((await session.exec(select(User).order_by(User.id))).all())


@both_databases
async def test_a_stranger_gets_an_account_and_finds_it_again(database, client):
    for _ in range(2):
        client.cookies.clear()
        back = await _come_back(client, "fay", next="/account")
        assert (back.status_code, back.headers["location"]) == (303, "/account")
        me = (await client.get("/api/users/me")).json()
        assert (me["username"], me["email"]) == ("fay", "fay@example.org")
    assert len(await _people()) == 1
    assert (await client.post("/api/login", json={"email": "fay", "password": "!"})).is_error


async def test_a_name_that_is_taken_gets_a_number(client):
    taken = {"username": "gil", "email": "other@example.org", "password": PASSWORD}
    await client.post("/api/register", json=taken)
    await _come_back(client, "gil")
    assert [one.username for one in await _people()] == ["gil", "gil 2"]


async def test_an_address_that_is_known_opens_no_account(client):
    known = {"username": "Hal", "email": "HAL@example.org", "password": PASSWORD}
    await client.post("/api/register", json=known)
    assert _error(await _come_back(client, "hal")) == "outside_email_taken"
    assert sessions.COOKIE not in client.cookies
    async with db.reading() as session:
        assert (await session.exec(select(Identity))).first() is None


async def test_an_address_that_is_not_confirmed_makes_no_account(client):
    assert _error(await _come_back(client, "unconfirmed-ida")) == "outside_no_email"
    assert await _people() == []


@pytest.mark.parametrize(
    ("registration", "code"),
    [("closed", "registration_closed"), ("invite", "registration_by_invitation")],
)
async def test_where_registration_is_not_open_only_the_known_come_in(
    client, configure, registration, code
):
    await _come_back(client, "jim")
    client.cookies.clear()
    configure(registration=registration)
    assert _error(await _come_back(client, "kim")) == code
    assert (await _come_back(client, "jim")).headers["location"] == "/chat"


async def test_who_is_signed_in_connects_an_account_and_disconnects_it(client):
    await _register(client, "lea")
    (lea,) = await _people()
    ticket = tickets.issue("connect", user=lea.id)
    back = await _come_back(client, "somebody", connect=ticket)
    assert back.headers["location"] == "/account/protection"
    client.cookies.clear()
    assert (await _come_back(client, "somebody")).headers["location"] == "/chat"
    assert (await client.get("/api/users/me")).json()["username"] == "lea"
    async with db.transaction() as session:
        (identity,) = await identities.mine(session, lea)
        await identities.disconnect(session, lea, identity.id)
    assert len(await _people()) == 1


async def test_an_account_elsewhere_belongs_to_one_person(client):
    await _come_back(client, "max")
    client.cookies.clear()
    await _register(client, "nan")
    nan = (await _people())[1]
    ticket = tickets.issue("connect", user=nan.id)
    assert _error(await _come_back(client, "max", connect=ticket)) == "outside_taken"


async def test_nobody_is_made_to_connect_by_another_website(client):
    await _register(client, "olga")
    (olga,) = await _people()
    other = tickets.issue("connect", user="0" * 32)
    for ticket in ("x", other, tickets.issue("code", user=olga.id)):
        refused = await client.get("/auth/with/oidc", params={"connect": ticket})
        assert refused.headers["location"].startswith("/account/protection?error=")
    client.cookies.clear()
    mine = tickets.issue("connect", user=olga.id)
    refused = await client.get("/auth/with/oidc", params={"connect": mine})
    assert _error(refused) == "sign_in_too_late"


async def test_only_the_browser_that_left_comes_back(client):
    door = await client.get("/auth/with/oidc")
    address = await consent(door.headers["location"], "pat")
    errand = client.cookies.get("ioverse_errand", path="/auth")
    client.cookies.clear()
    assert _error(await client.get(address)) == "sign_in_too_late"
    client.cookies.set("ioverse_errand", errand, path="/auth")
    forged = address.replace("state=", "state=x")
    assert _error(await client.get(forged)) == "outside_refused"
    client.cookies.set("ioverse_errand", errand, path="/auth")
    assert (await client.get(address)).headers["location"] == "/chat"
    client.cookies.set("ioverse_errand", errand, path="/auth")
    assert _error(await client.get(address)) == "outside_refused"  # its code works once


async def test_another_errands_code_is_refused(client):
    """PKCE and the nonce bind a code to the browser that left for it."""
    stolen = await consent((await client.get("/auth/with/oidc")).headers["location"], "quin")
    client.cookies.clear()
    door = await client.get("/auth/with/oidc")
    state = parse_qs(urlsplit(door.headers["location"]).query)["state"][0]
    code = parse_qs(urlsplit(stolen).query)["code"][0]
    back = await client.get("/auth/with/oidc/back", params={"code": code, "state": state})
    assert _error(back) == "outside_refused"
    assert await _people() == []


async def test_saying_no_there_leads_back(client):
    door = await client.get("/auth/with/oidc", params={"next": "/account"})
    state = parse_qs(urlsplit(door.headers["location"]).query)["state"][0]
    back = await client.get(f"/auth/with/oidc/back?error=access_denied&state={state}")
    assert back.headers["location"] == "/login?error=outside_refused&next=%2Faccount"


async def test_an_issuer_that_is_away_is_a_sentence(client, configure):
    configure(oidc_issuer="http://127.0.0.1:9")
    assert _error(await client.get("/auth/with/oidc")) == "outside_unreachable"
    assert _error(await client.get("/auth/with/github")) == "outside_unknown"


async def test_the_last_way_in_is_kept(client):
    await _come_back(client, "ria")
    (ria,) = await _people()
    async with db.transaction() as session:
        (identity,) = await identities.mine(session, ria)
        with pytest.raises(Exception, match="only way"):
            await identities.disconnect(session, ria, identity.id)
        session.add(Passkey(user_id=ria.id, name="Laptop", credential_id="x", public_key="x"))
        await session.flush()
        await identities.disconnect(session, ria, identity.id)


async def _register(client, name: str) -> None:
    form = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    await client.post("/auth/register", data=form | {"confirm_password": PASSWORD})
    assert sessions.COOKIE in client.cookies
