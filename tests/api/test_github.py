"""Signing in with GitHub, which speaks OAuth 2: a stand-in that answers as its documents say."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from programs import api_client

from ioverse_app.services import issuers


class Hub:
    """An Enterprise server with one user, who has these addresses."""

    def __init__(self) -> None:
        self.emails = [
            {"email": "old@example.org", "verified": True, "primary": False},
            {"email": "tess@example.org", "verified": True, "primary": True},
        ]
        self.challenge = ""

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        is_theirs = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
        if form["client_secret"] != "hush" or form["code"] != "right" or not is_theirs:
            return web.json_response({"error": "bad_verification_code"})  # with status 200
        return web.json_response({"access_token": "gho_x", "token_type": "bearer"})

    async def user(self, request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer gho_x"
        return web.json_response({"id": 4711, "login": "tess"})

    async def list_emails(self, _: web.Request) -> web.Response:
        return web.json_response(self.emails)


@pytest.fixture
async def hub(configure):
    hub = Hub()
    app = web.Application()
    app.router.add_post("/login/oauth/access_token", hub.token)
    app.router.add_get("/api/v3/user", hub.user)
    app.router.add_get("/api/v3/user/emails", hub.list_emails)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    configure(github_url=url, github_client_id="me", github_client_secret="hush")
    yield hub
    await runner.cleanup()


async def _come_back(client, hub: Hub, code: str = "right") -> str:
    door = (await client.get("/auth/with/github")).headers["location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(door).query).items()}
    assert asked["redirect_uri"] == "http://localhost:3000/auth/with/github/back"
    assert asked["code_challenge_method"] == "S256"
    hub.challenge = asked["code_challenge"]
    query = {"code": code, "state": asked["state"]}
    response = await client.get("/auth/with/github/back", params=query)
    return response.headers["location"]


async def test_its_user_is_known_by_number_and_primary_address(database, hub):
    async with api_client() as client:
        assert await _come_back(client, hub) == "/chat"
        me = (await client.get("/api/users/me")).json()
        assert (me["username"], me["email"]) == ("tess", "tess@example.org")
        client.cookies.clear()
        hub.emails = []  # it is the number that counts
        assert await _come_back(client, hub) == "/chat"
        assert (await client.get("/api/users/me")).json() == me


async def test_a_wrong_code_or_an_unconfirmed_address_opens_nothing(database, hub):
    async with api_client() as client:
        assert await _come_back(client, hub, "wrong") == "/login?error=outside_refused&next=%2Fchat"
        hub.emails = [{"email": "tess@example.org", "verified": False, "primary": True}]
        assert "outside_no_email" in await _come_back(client, hub)


def test_issuers_are_offered_once_they_are_set_up(configure):
    assert issuers.all_of_them() == {}
    configure(google_client_id="x", github_client_id="y", oidc_issuer="https://id.example.org")
    assert list(issuers.all_of_them()) == ["google", "github"]
