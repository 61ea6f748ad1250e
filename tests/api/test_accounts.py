"""Accounts over HTTP: for programs in JSON, for browsers by plain forms and a cookie."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from conftest import both_databases
from fastapi import Body
from sqlmodel import select

from ioverse_app import db, security
from ioverse_app.api.application import create_api
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.services import guesses
from ioverse_app.tables import Session as SessionRow
from ioverse_app.tables import User, now
from ioverse_app.tables.provider_key import ProviderKey

PASSWORD = "a fine long password"
CLEO = {"username": "Cleo", "email": "cleo@example.org", "password": PASSWORD}
DORA = {"username": "Dora", "email": "dora@example.org", "password": PASSWORD}
FORM = CLEO | {"confirm_password": PASSWORD}


@pytest.fixture(autouse=True)
def _nobody_has_guessed():
    guesses.forget_all()


@pytest.fixture
async def client(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with _client() as client:
        yield client


def _client(base_url: str = "http://localhost:3000", **transport) -> httpx.AsyncClient:
    api = transport.pop("api", None) or create_api()
    transport = httpx.ASGITransport(api, raise_app_exceptions=False, **transport)
    return httpx.AsyncClient(transport=transport, base_url=base_url)


async def _register(client: httpx.AsyncClient, account: dict[str, str] = CLEO) -> dict[str, str]:
    response = await client.post("/api/register", json=account)
    assert response.status_code == 201
    return response.json()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _error(response: httpx.Response) -> tuple[int, str, str]:
    body = response.json()
    assert set(body) == {"message", "code", "details"}
    return response.status_code, body["code"], body["message"]


@both_databases
async def test_a_program_registers_and_knows_itself(client):
    made = await _register(client)
    assert set(made) == {"message", "token", "refresh_token", "username", "user_id"}
    me = (await client.get("/api/users/me", headers=_bearer(made["token"]))).json()
    created_at = me.pop("created_at")
    assert created_at.endswith("Z")
    assert me == {
        "user_id": made["user_id"],
        "username": "Cleo",
        "email": "cleo@example.org",
        "role": "owner",
    }


@pytest.mark.parametrize(
    "body", [{}, {"email": "cleo@example.org"}, CLEO | {"password": ""}, CLEO | {"email": None}]
)
async def test_a_missing_field_is_named_in_a_sentence(client, body):
    response = await client.post("/api/register", json=body)
    sentence = "Email, username, and password are required"
    assert _error(response) == (400, "fields_missing", sentence)
    response = await client.post("/api/login", json={"email": "cleo@example.org"})
    assert _error(response) == (400, "sign_in_missing", "Email and password are required")


async def test_taken_names_and_addresses_are_refused(client):
    await _register(client)
    response = await client.post("/api/register", json=DORA | {"email": "CLEO@example.org"})
    assert _error(response) == (400, "email_taken", "Email already registered")
    response = await client.post("/api/register", json=DORA | {"username": "cleo"})
    assert _error(response) == (400, "username_taken", "Username already taken")


@pytest.mark.parametrize("login", ["cleo@example.org", "Cleo"])
async def test_a_program_signs_in_by_address_or_name(client, login):
    await _register(client)
    response = await client.post("/api/login", json={"email": login, "password": PASSWORD})
    assert response.status_code == 200
    assert set(response.json()) == {"message", "token", "refresh_token"}
    assert response.headers["cache-control"] == "no-store"


@both_databases
@pytest.mark.parametrize("login", ["cleo", "nobody", "a\0b", "😀"])
async def test_a_wrong_sign_in_says_nothing_about_the_account(client, login):
    await _register(client)
    response = await client.post("/api/login", json={"email": login, "password": "wrong"})
    assert _error(response) == (401, "wrong_sign_in", "Email or Password is incorrect")


async def test_guessing_is_answered_with_when_to_come_back(client):
    for _ in range(10):
        await client.post("/api/login", json={"email": "cleo", "password": "wrong"})
    response = await client.post("/api/login", json={"email": "cleo", "password": "wrong"})
    assert _error(response)[:2] == (429, "too_many_guesses")
    assert 0 < int(response.headers["retry-after"]) <= 300
    response = await client.post("/auth/login", data={"login": "cleo", "password": "wrong"})
    assert response.headers["location"] == "/login?error=too_many_guesses"


async def test_behind_a_proxy_each_address_guesses_for_itself(client, configure):
    configure(trusted_proxy_hops=1)
    wrong = {"email": "cleo", "password": "wrong"}

    async def guess(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return (await client.post("/api/login", json=wrong, headers=headers)).status_code

    assert [await guess(f"198.51.100.{n}, 192.0.2.1") for n in range(11)] == [401] * 10 + [429]
    assert await guess("192.0.2.1, 192.0.2.2") == 401


async def test_without_a_proxy_nobody_chooses_their_address(client):
    wrong = {"email": "cleo", "password": "wrong"}
    statuses = [
        (await client.post("/api/login", json=wrong, headers={"X-Forwarded-For": f"192.0.2.{n}"}))
        for n in range(11)
    ]
    assert statuses[-1].status_code == 429


@both_databases
async def test_tokens_are_refreshed_once_and_a_stolen_one_ends_the_session(client):
    first = await _register(client)
    body = {"refresh_token": first["refresh_token"]}
    second = (await client.post("/api/token/refresh", json=body)).json()
    assert (await client.get("/api/users/me", headers=_bearer(second["token"]))).is_success
    response = await client.post("/api/token/refresh", json=body)
    assert _error(response) == (401, "token_invalid", "Token is invalid!")
    response = await client.get("/api/users/me", headers=_bearer(second["token"]))
    assert _error(response) == (401, "token_invalid", "Token is invalid!")
    body = {"refresh_token": second["refresh_token"]}
    assert (await client.post("/api/token/refresh", json=body)).status_code == 401


async def test_after_signing_out_every_token_of_the_session_is_refused(client):
    made = await _register(client)
    again = (await client.post("/api/login", json={"email": "cleo", "password": PASSWORD})).json()
    headers = _bearer(made["token"])
    assert (await client.post("/api/logout", headers=headers)).status_code == 200
    assert (await client.get("/api/users/me", headers=headers)).status_code == 401
    body = {"refresh_token": made["refresh_token"]}
    assert (await client.post("/api/token/refresh", json=body)).status_code == 401
    assert (await client.get("/api/users/me", headers=_bearer(again["token"]))).is_success


async def test_what_is_wrong_with_a_token_is_said(client):
    await _register(client)
    async with db.reading() as session:
        row = (await session.exec(select(SessionRow))).one()
    claims = {"sub": row.user_id, "sid": row.id, "jti": "1", "iat": now()}
    old = security.sign(claims | {"exp": now() - timedelta(minutes=1)})
    for headers, code, sentence in (
        ({}, "token_missing", "Token is missing!"),
        ({"Authorization": "Bearer "}, "token_missing", "Token is missing!"),
        ({"Authorization": "Basic abc"}, "token_missing", "Token is missing!"),
        (_bearer(old), "token_expired", "Token has expired!"),
        (_bearer("x.y.z"), "token_invalid", "Token is invalid!"),
        ({"Cookie": "ioverse_session=made-up"}, "token_invalid", "Token is invalid!"),
    ):
        response = await client.get("/api/users/me", headers=headers)
        assert _error(response) == (401, code, sentence)
        assert response.headers["www-authenticate"] == "Bearer"


@both_databases
async def test_nobody_sees_another_account_but_an_administrator(client):
    admin, member = await _register(client), await _register(client, DORA)
    seen = await client.get(f"/api/users/{member['user_id']}", headers=_bearer(admin["token"]))
    assert seen.json()["username"] == "Dora"
    own = await client.get(f"/api/users/{member['user_id']}", headers=_bearer(member["token"]))
    assert own.json() == seen.json()
    for wanted in (admin["user_id"], "nobody", "%00"):
        response = await client.get(f"/api/users/{wanted}", headers=_bearer(member["token"]))
        assert _error(response) == (404, "not_found", "User not found")
    assert (await client.get(f"/api/users/{admin['user_id']}")).status_code == 401


async def test_no_answer_shows_a_password_or_its_hash(client):
    made = await _register(client)
    answers = [
        await client.get("/api/users/me", headers=_bearer(made["token"])),
        await client.post("/api/register", json=CLEO | {"username": 7}),
        await client.post("/api/login", content=json.dumps(CLEO)[:-1]),
    ]
    for answer in answers:
        assert PASSWORD not in answer.text
        assert "argon2" not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b'{"email": 7}',
        b'{"email": "\\ud800"}',
        b"\xff",
        b"[" * 9999,
    ],
)
@pytest.mark.parametrize("path", ["/api/register", "/api/login", "/api/token/refresh"])
async def test_nothing_that_is_sent_is_answered_with_500(client, path, content):
    headers = {"Content-Type": "application/json"}
    response = await client.post(path, content=content, headers=headers)
    status, _, sentence = _error(response)
    assert status == 400
    assert sentence


async def test_a_field_of_the_wrong_kind_is_named(client):
    response = await client.post("/api/register", json=CLEO | {"email": ["x"]})
    assert _error(response)[:2] == (400, "invalid_request")
    assert response.json()["details"]["fields"][0]["field"] == "email"
    assert "email" in response.json()["message"]


async def test_unknown_addresses_and_methods_have_the_same_shape(client):
    assert _error(await client.get("/api/nothing"))[:2] == (404, "not_found")
    response = await client.delete("/api/login")
    assert _error(response)[:2] == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
    assert (await client.patch("/api/keys")).headers["allow"] == "GET, POST"


async def test_an_error_nobody_foresaw_shows_nothing_of_the_inside(database, caplog):
    api = create_api()

    @api.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("the inside")

    async with _client(api=api) as client:
        response = await client.get("/api/broken")
    assert _error(response)[:2] == (500, "internal_error")
    assert "inside" not in response.text
    assert "the inside" in caplog.text


async def test_a_route_that_fails_leaves_nothing_written(database):
    api = create_api()

    @api.post("/api/rename")
    async def rename(user: CurrentUser, session: Session, name: str = Body(embed=True)) -> None:
        (await session.get(User, user.id)).username = name
        if name == "broken":
            raise RuntimeError

    async with _client(api=api) as client:
        token = (await _register(client))["token"]
        for name, kept in (("broken", "Cleo"), ("Nina", "Nina")):
            await client.post("/api/rename", json={"name": name}, headers=_bearer(token))
            async with db.reading() as session:
                assert (await session.exec(select(User))).one().username == kept


async def test_the_document_of_the_api_lists_the_routes_and_needs_no_network(client):
    document = (await client.get("/openapi.json")).json()
    assert document["info"]["title"] == "IOverse"
    assert {"/api/register", "/api/login", "/api/token/refresh"} <= set(document["paths"])
    assert not [path for path in document["paths"] if path.startswith("/auth")]
    assert document["components"]["schemas"]["Register"]["required"]


def _cookie(response: httpx.Response) -> str:
    (cookie,) = [c for c in response.headers.get_list("set-cookie") if "ioverse_session=" in c]
    return cookie


@both_databases
async def test_a_browser_registers_and_is_signed_in(client):
    response = await client.post("/auth/register", data=FORM | {"next": "/chat/7?a=b"})
    assert (response.status_code, response.headers["location"]) == (303, "/chat/7?a=b")
    cookie = _cookie(response)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie
    assert "Secure" not in cookie
    assert PASSWORD not in str(response.headers)
    me = await client.get("/api/users/me")
    assert me.json()["username"] == "Cleo"


@pytest.mark.parametrize(("keep", "kept"), [({}, False), ({"keep": "on"}, True)])
async def test_a_browser_stays_signed_in_if_it_wishes(client, keep, kept):
    await _register(client)
    data = {"login": "cleo", "password": PASSWORD} | keep
    response = await client.post("/auth/login", data=data)
    assert (response.status_code, response.headers["location"]) == (303, "/chat")
    assert (f"Max-Age={30 * 24 * 3600}" in _cookie(response)) is kept


@pytest.mark.parametrize("by", ["scheme", "public_url", "proxy"])
async def test_the_cookie_is_secure_over_https(database, configure, by):
    headers = {}
    if by == "public_url":
        configure(public_url="https://ai.example.org")
    if by == "proxy":
        configure(trusted_proxy_hops=1)
        headers = {"X-Forwarded-Proto": "https"}
    scheme = "https" if by == "scheme" else "http"
    async with _client(f"{scheme}://localhost:3000") as client:
        response = await client.post("/auth/register", data=FORM, headers=headers)
    assert "; Secure" in _cookie(response)


async def test_nobody_makes_a_plain_connection_look_secure(client):
    headers = {"X-Forwarded-Proto": "https"}
    response = await client.post("/auth/register", data=FORM, headers=headers)
    assert "Secure" not in _cookie(response)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "/x\r\nSet-Cookie: a=b",
        "/\0",
        "/login?next=/login",
        "/" + "x" * 3000,
    ],
)
async def test_signing_in_never_leads_to_another_site(client, elsewhere):
    await _register(client)
    data = {"login": "cleo", "password": PASSWORD, "next": elsewhere}
    response = await client.post("/auth/login", data=data)
    assert response.headers["location"] == "/chat"
    response = await client.post("/auth/login", data=data | {"password": "wrong"})
    query = parse_qs(urlsplit(response.headers["location"]).query)
    assert query["next"] == ["/chat"]


async def test_a_form_sent_before_its_script_started_still_leads_on(client):
    await _register(client)
    response = await client.post(
        "/auth/login",
        data={"login": "cleo", "password": PASSWORD, "next": ""},
        headers={"Referer": "http://localhost:3000/login?next=%2Fimages"},
    )
    assert response.headers["location"] == "/images"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"confirm_password": "another"}, "passwords_differ"),
        ({"password": "short", "confirm_password": "short"}, "password_too_short"),
        ({"email": "nowhere"}, "email_unusable"),
        ({"username": ""}, "fields_missing"),
        ({"provider_key": "sk with spaces"}, "provider_key_unusable"),
    ],
)
async def test_a_refused_form_comes_back_with_what_was_typed_but_no_secret(client, changes, code):
    response = await client.post("/auth/register", data=FORM | changes | {"next": "/images"})
    assert response.status_code == 303
    assert response.headers["location"] == f"/register?error={code}&next=%2Fimages"
    typed = json.loads(unquote(client.cookies["ioverse_typed"]))
    wanted = FORM | changes
    assert typed == {"username": wanted["username"], "email": wanted["email"]}
    async with db.reading() as session:
        assert (await session.exec(select(User))).first() is None


async def test_what_was_typed_fits_into_a_cookie_and_is_forgotten_in_the_end(client):
    data = FORM | {"username": "安" * 5000, "email": "é" * 5000}
    await client.post("/auth/register", data=data)
    assert 0 < len(client.cookies["ioverse_typed"]) < 4000
    await client.post("/auth/register", data=FORM)
    assert "ioverse_typed" not in client.cookies


@both_databases
async def test_a_provider_key_is_sealed(client):
    await client.post("/auth/register", data=FORM | {"provider_key": " sk-test-12345678 "})
    async with db.reading() as session:
        row = (await session.exec(select(ProviderKey))).one()
    assert (row.provider, row.last4) == ("openai", "5678")
    assert "sk-test" not in row.sealed
    assert security.unseal(row.sealed) == "sk-test-12345678"


async def test_a_browser_signs_out_and_its_cookie_is_refused_at_once(client):
    await client.post("/auth/register", data=FORM)
    cookie = client.cookies["ioverse_session"]
    response = await client.post("/auth/logout")
    assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert "ioverse_session" not in client.cookies
    response = await client.get("/api/users/me", headers={"Cookie": f"ioverse_session={cookie}"})
    assert response.status_code == 401
    assert (await client.post("/auth/logout")).status_code == 303


async def test_signing_in_again_ends_the_session_before(client):
    await client.post("/auth/register", data=FORM)
    cookie = client.cookies["ioverse_session"]
    await client.post("/auth/login", data={"login": "cleo", "password": PASSWORD})
    client.cookies.clear()
    response = await client.get("/api/users/me", headers={"Cookie": f"ioverse_session={cookie}"})
    assert response.status_code == 401


async def test_a_page_of_another_website_cannot_use_the_cookie(client):
    await client.post("/auth/register", data=FORM)
    response = await client.post("/api/logout", headers={"Origin": "https://evil.example"})
    assert _error(response)[:2] == (403, "foreign_origin")
    assert (await client.get("/api/users/me")).is_success
