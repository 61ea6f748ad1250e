"""API keys, sessions, mailed links and one's own data over HTTP, from outside."""

import email
import inspect
import secrets
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from email.policy import default

import httpx
import pytest
from conftest import add_person, both_databases
from fastapi.routing import APIRoute
from ledger import PRICED, entries, script

from ioverse_app import db, mail
from ioverse_app.api import scopes
from ioverse_app.api.application import create_api
from ioverse_app.api.dependencies import _asking, _session
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.services import api_keys, guesses, post, sessions, signatures
from ioverse_app.services.api_keys import Scope
from ioverse_app.services.sessions import Client
from ioverse_app.services.signatures import SignedRequest
from ioverse_app.tables import ApiKey, Role, User, now

PASSWORD = "a fine long password"
PLACE = "/api/users/me/preferences"
CLEO = {"username": "Cleo", "email": "cleo@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _nobody_has_guessed():
    guesses.forget_all()


@pytest.fixture
async def client(database: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


async def _signed_in(client: httpx.AsyncClient) -> dict[str, str]:
    made = (await client.post("/api/register", json=CLEO)).json()
    return {"Authorization": f"Bearer {made['token']}"}


async def _key(client: httpx.AsyncClient, me: dict[str, str], **values) -> dict:
    response = await client.post("/api/keys", json={"name": "Script"} | values, headers=me)
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    return response.json()


def _error(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@both_databases
async def test_a_key_is_made_used_and_deleted(client):
    me = await _signed_in(client)
    key = await _key(client, me, days=30)
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    assert (await client.get("/api/users/me", headers=bearer)).json()["username"] == "Cleo"
    assert (await client.patch(PLACE, json={"accent": "plum"}, headers=bearer)).is_success
    (listed,) = (await client.get("/api/keys", headers=me)).json()["keys"]
    assert "secret" not in listed
    assert listed["last4"] == key["secret"][-4:]
    url = f"/api/keys/{key['key_id']}"
    renamed = await client.patch(url, json={"name": "Renamed"}, headers=me)
    assert renamed.json()["name"] == "Renamed"
    assert (await client.delete(url, headers=me)).status_code == 204
    response = await client.get("/api/users/me", headers=bearer)
    assert _error(response) == (401, "key_revoked")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_key_does_what_its_scopes_allow_and_never_gives_out_more(client):
    me = await _signed_in(client)
    key = await _key(client, me, scopes=["read"])
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    assert (await client.get("/api/chats", headers=bearer)).is_success
    assert _error(await client.post("/api/chats", json={}, headers=bearer)) == (
        403,
        "scope_missing",
    )
    for path in ("/api/keys", "/api/users/me/sessions", "/api/users/me/data/exports/latest"):
        assert _error(await client.get(path, headers=bearer)) == (403, "key_not_enough")
    assert _error(await client.post("/api/logout", headers=bearer)) == (403, "key_not_enough")


@pytest.mark.parametrize(
    ("method", "path", "enough"),
    [
        ("GET", "/api/chats", {Scope.READ, Scope.CHAT}),
        ("POST", "/api/chats/stream", {Scope.CHAT}),
        ("WEBSOCKET", "/ws/conversations/1", {Scope.CHAT}),
        ("POST", "/v1/images/generations", {Scope.IMAGES}),
        ("GET", "/v1/assistants/1", {Scope.READ, Scope.ASSISTANTS}),
        ("POST", "/v1/threads", {Scope.ASSISTANTS}),
        ("GET", "/api/admin/people", {Scope.ADMIN}),
        ("GET", "/v1/models", set(Scope) - {Scope.ADMIN}),
    ],
)
def test_every_class_of_routes_names_its_scopes(method, path, enough):
    assert scopes.sufficient(method, path) == enough


async def test_a_signed_request_is_taken_once_and_only_as_it_was_signed(client):
    me = await _signed_in(client)
    key = await _key(client, me, signs=True)

    def headers(method: str, target: str, body: bytes = b"") -> dict[str, str]:
        at, nonce = str(int(time.time())), secrets.token_hex(8)
        asked = SignedRequest(method, target, body, "")
        made = signatures.signature(key["secret"], asked, at, nonce)
        parts = f"key={key['key_id']}, timestamp={at}, nonce={nonce}, signature={made}"
        return {"Authorization": f"{signatures.SCHEME} {parts}", "Content-Type": "application/json"}

    body = b'{"accent": "plum"}'
    signed = headers("PATCH", PLACE, body)
    assert (await client.patch(PLACE, content=body, headers=signed)).is_success
    again = await client.patch(PLACE, content=body, headers=signed)
    assert _error(again) == (401, "request_replayed")
    other = headers("PATCH", PLACE, body)
    response = await client.patch(PLACE, content=b'{"accent": "blue"}', headers=other)
    assert _error(response) == (401, "signature_invalid")
    get = headers("GET", "/api/chats?limit=1")
    assert (await client.get("/api/chats?limit=1", headers=get)).is_success
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    assert _error(await client.get("/api/chats", headers=bearer)) == (401, "key_must_sign")


def test_no_route_writes_before_it_knows_who_asks():
    """A signed request uses its number up in a transaction, and transactions do not nest."""

    def order(dependant, found: list) -> list:
        for one in dependant.dependencies:
            order(one, found)
        if dependant.call in (_asking, _session):
            found.append(dependant.call)
        return found

    for route in create_api().routes:
        if isinstance(route, APIRoute):
            found = order(route.dependant, [])
            if _asking in found and _session in found:
                assert found.index(_asking) < found.index(_session), inspect.unwrap(route.endpoint)


async def test_sessions_are_seen_and_ended(client):
    me = await _signed_in(client)
    other = (await client.post("/api/login", json=CLEO, headers={"User-Agent": "Firefox/1"})).json()
    them = {"Authorization": f"Bearer {other['token']}"}
    listed = (await client.get("/api/users/me/sessions", headers=me)).json()["sessions"]
    assert {one["is_current"] for one in listed} == {True, False}
    (theirs,) = [one for one in listed if not one["is_current"]]
    assert theirs["place"] == "This computer"
    assert "ip_address" not in theirs
    url = f"/api/users/me/sessions/{theirs['session_id']}"
    assert (await client.delete(url, headers=me)).is_success
    assert _error(await client.get("/api/users/me", headers=them)) == (401, "token_invalid")
    assert _error(await client.delete(url, headers=me)) == (404, "not_found")


async def test_forgetting_a_password_is_answered_alike_for_everybody(client):
    await _signed_in(client)
    answers = [
        await client.post("/api/password/forgot", json={"email": login})
        for login in ("cleo@example.org", "nobody@example.org", "Cleo", "")
    ]
    assert {(one.status_code, one.text) for one in answers} == {(202, answers[0].text)}
    forms = [
        await client.post("/auth/forgot-password", data={"login": login})
        for login in ("cleo", "nobody")
    ]
    assert {one.headers["location"] for one in forms} == {"/forgot-password?done=mailed"}
    await post.settled()
    written = next(mail.folder().glob("*.eml")).read_bytes()
    letter = email.message_from_bytes(written, policy=default)
    text = letter.get_body(("plain",)).get_content()
    token = text.partition("token=")[2].split()[0]
    wrong = {"token": token, "password": "new and fine words", "confirm_password": "x"}
    response = await client.post("/auth/reset-password", data=wrong)
    assert response.headers["location"].startswith("/reset-password?error=passwords_differ&token=")
    right = wrong | {"confirm_password": wrong["password"]}
    response = await client.post("/auth/reset-password", data=right)
    assert response.headers["location"] == "/login?done=password_changed"
    response = await client.post("/api/password/reset", json=right)
    assert _error(response) == (410, "link_used_up")


async def test_a_password_is_judged_before_it_is_chosen(client):
    body = {"password": "cleopatra1", "username": "Cleopatra"}
    judged = (await client.post("/api/password/strength", json=body)).json()
    assert judged["code"] == "password_like_name"
    body = {"password": "barley lantern orbit"}
    judged = (await client.post("/api/password/strength", json=body)).json()
    assert (judged["score"], judged["code"]) == (4, "")


async def test_only_administrators_invite(client, configure):
    ada = await add_person("ada", role=Role.ADMIN)
    ann = await add_person("ann")
    cookies = []
    for person in (ada, ann):
        async with db.transaction() as session:
            token = await sessions.start_browser(session, person, Client(), keep=True)
        cookies.append({"Cookie": f"{sessions.COOKIE}={token}"})
    url = "/api/admin/invitations"
    assert (await client.post(url, json={}, headers=cookies[1])).status_code == 403
    assert (await client.get(url, headers=cookies[1])).status_code == 403
    made = (await client.post(url, json={"note": "Cleo"}, headers=cookies[0])).json()
    configure(registration="closed")
    token = made["link"].partition("invitation=")[2]
    response = await client.post("/api/register", json=CLEO | {"invitation": token})
    assert response.status_code == 201
    response = await client.post(
        "/auth/register", data=CLEO | {"confirm_password": PASSWORD, "invitation": token}
    )
    assert response.headers["location"] == f"/register?error=invitation_over&invitation={token}"
    (listed,) = (await client.get(url, headers=cookies[0])).json()["invitations"]
    assert (listed["used_by"], listed["is_open"], "link" in listed) == ("Cleo", False, False)


async def test_an_account_is_left_and_kept(client):
    me = await _signed_in(client)
    url = "/api/users/me/deletion"
    assert _error(await client.post(url, json={"password": "x"}, headers=me)) == (
        403,
        "password_wrong",
    )
    response = await client.post(url, json={"password": PASSWORD}, headers=me)
    assert response.status_code == 202
    assert "will be deleted on" in response.json()["message"]
    assert (await client.delete(url, headers=me)).is_success


async def test_a_key_ends_at_its_time_and_comes_from_its_addresses_only(client):
    me = await _signed_in(client)
    ended = await _key(client, me, days=1)
    async with db.transaction() as session:
        row = await session.get_one(ApiKey, ended["key_id"])
        row.expires_at = now() - timedelta(seconds=1)
    elsewhere = await _key(client, me, addresses=["203.0.113.0/24"])
    here = await _key(client, me, addresses=["127.0.0.1"])
    for key, error in ((ended, (401, "key_expired")), (elsewhere, (403, "key_elsewhere"))):
        bearer = {"Authorization": f"Bearer {key['secret']}"}
        assert _error(await client.get("/api/chats", headers=bearer)) == error
    bearer = {"Authorization": f"Bearer {here['secret']}"}
    assert (await client.get("/api/chats", headers=bearer)).is_success
    wider = {"addresses": ["127.0.0.0/8", "::1"]}
    url = f"/api/keys/{elsewhere['key_id']}"
    assert (await client.patch(url, json=wider, headers=me)).json()["addresses"] == [
        "127.0.0.0/8",
        "::1/128",
    ]
    bearer = {"Authorization": f"Bearer {elsewhere['secret']}"}
    assert (await client.get("/api/chats", headers=bearer)).is_success


@pytest.mark.parametrize(
    ("seconds", "change", "code"),
    [
        (-120, {}, "timestamp_invalid"),
        (120, {}, "timestamp_invalid"),
        (0, {"key": "0" * 32}, "key_invalid"),
        (0, {"signature": "AAAA"}, "signature_invalid"),
        (0, {"nonce": "x"}, "signature_unreadable"),
    ],
)
async def test_a_signature_that_is_not_right_is_refused(client, seconds, change, code):
    me = await _signed_in(client)
    key = await _key(client, me, signs=True, addresses=["127.0.0.1"])
    at, nonce = str(int(time.time()) + seconds), secrets.token_hex(8)
    made = signatures.signature(
        key["secret"], SignedRequest("GET", "/api/chats", b"", ""), at, nonce
    )
    parts = {"key": key["key_id"], "timestamp": at, "nonce": nonce, "signature": made} | change
    credentials = ", ".join(f"{name}={value}" for name, value in parts.items())
    headers = {"Authorization": f"{signatures.SCHEME} {credentials}"}
    assert _error(await client.get("/api/chats", headers=headers)) == (401, code)


async def test_a_key_that_has_reached_its_limit_asks_no_more(client):
    me = await _signed_in(client)
    key, other = await _key(client, me), await _key(client, me)
    bearers = [{"Authorization": f"Bearer {one['secret']}"} for one in (key, other)]
    url = f"/api/keys/{key['key_id']}/budgets"
    assert _error(await client.put(f"{url}/day", json={}, headers=me)) == (400, "limit_missing")
    assert (await client.put(f"{url}/year", json={"hard_cost": 1}, headers=me)).status_code == 400
    answer = await client.put(f"{url}/day", json={"hard_tokens": 1}, headers=bearers[0])
    assert _error(answer) == (403, "key_not_enough")
    assert (await client.put(f"{url}/day", json={"hard_tokens": 1}, headers=me)).is_success
    async with engine.running():
        script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
        body = {"message": "Hello", "model": PRICED}
        assert (await client.post("/api/chats", json=body, headers=bearers[0])).is_success
        refused = await client.post("/api/chats", json=body, headers=bearers[0])
        assert _error(refused) == (429, "budget_reached")
        assert "today's budget of this key" in refused.json()["message"].lower()
        assert float(refused.headers["retry-after"]) > 0
        for free in (bearers[1], me):
            assert (await client.post("/api/chats", json=body, headers=free)).is_success
        listed = (await client.get("/api/keys", headers=me)).json()["keys"]
        stand = {one["key_id"]: one["budgets"] for one in listed}
        assert (stand[other["key_id"]], len(stand[key["key_id"]])) == ([], 1)
        assert {entry.api_key_id for entry in await entries()} == {
            key["key_id"],
            other["key_id"],
            None,
        }
        assert (await client.delete(f"{url}/day", headers=me)).status_code == 204
        assert (await client.post("/api/chats", json=body, headers=bearers[0])).is_success
    await registry.close()


async def test_whoever_becomes_a_guest_uses_no_keys(client):
    me = await _signed_in(client)
    ann = await add_person("ann")
    async with db.transaction() as session:
        _, secret = await api_keys.create(session, ann, name="Script")
        (await session.get_one(User, ann.id)).role = Role.GUEST
    bearer = {"Authorization": f"Bearer {secret}"}
    assert _error(await client.get("/api/chats", headers=bearer)) == (403, "not_allowed")
    assert (await client.get("/api/chats", headers=me)).is_success
