"""Every request passes its guards, and leaves one line that tells no secret."""

import json
import logging

import httpx
import pytest
from fastapi import Request
from programs import signed_in

from ioverse_app.api.application import create_api
from ioverse_app.api.dependencies import CurrentUser
from ioverse_app.api.guards import guarded

TOKEN = "kX9_" + "secret-" * 6


@pytest.fixture
async def client(database):
    async with _client() as client:
        yield client


def _client(**more) -> httpx.AsyncClient:
    api = create_api()

    @api.post("/api/echo/{name}")
    async def echo(name: str, request: Request) -> int:
        return len(await request.body())

    @api.get("/api/broken/{name}")
    async def broken(name: str, user: CurrentUser) -> int:
        raise RuntimeError(f"about {name}")

    transport = httpx.ASGITransport(guarded(api), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", **more)


def _lines(caplog) -> list[dict]:
    return [json.loads(one.message) for one in caplog.records if one.name == "ioverse.request"]


async def test_a_request_leaves_one_line_of_json(client, ann, caplog):
    caplog.set_level(logging.INFO)
    await client.get(f"/api/users/{ann.id}?key={TOKEN}", headers=await signed_in(ann))
    (line,) = _lines(caplog)
    assert set(line) == {"request_id", "method", "route", "status", "ms", "user_id"}
    assert line["method"] == "GET"
    assert (line["route"], line["status"]) == ("/api/users/{user_id}", 200)
    assert (line["user_id"], line["ms"] >= 0) == (ann.id, True)


@pytest.mark.parametrize("path", ["/share/", "/nothing/", "/reset-password/", "/assets/"])
async def test_no_token_in_a_path_or_query_is_written(client, caplog, path):
    caplog.set_level(logging.DEBUG, logger="ioverse.request")
    await client.get(f"{path}{TOKEN}?token={TOKEN}", headers={"Authorization": f"Bearer {TOKEN}"})
    (line,) = _lines(caplog)
    assert "secret" not in json.dumps(line)
    assert line["user_id"] is None


async def test_the_id_of_a_request_is_handed_back_and_in_what_went_wrong(client, caplog):
    response = await client.get("/api/users/me", headers={"X-Request-ID": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    assert response.json()["details"] == {"request_id": "mine-1"}
    for made_up in ("", "a b", "x" * 65, "é".encode()):
        response = await client.get("/api/users/me", headers={"X-Request-ID": made_up})
        assert len(response.headers["x-request-id"]) == 32


async def test_what_nobody_foresaw_is_logged_with_its_route_and_its_id(client, ann, caplog):
    response = await client.get("/api/broken/my-name", headers=await signed_in(ann))
    assert response.status_code == 500
    assert response.json()["details"]["request_id"]
    said = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert said[0] == "GET /api/broken/{name} failed"


async def test_a_body_is_as_large_as_the_setting_says(client, configure):
    configure(request_max_mb="0.001")
    limit = int(0.001 * 1024 * 1024)
    assert (await client.post("/api/echo/x", content=b"x" * limit)).json() == limit
    response = await client.post("/api/echo/x", content=b"x" * (limit + 1))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")

    async def without_length():
        for _ in range(100):
            yield b"x" * 100

    response = await client.post("/api/echo/x", content=without_length())
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


async def test_headers_have_an_end(client):
    response = await client.get("/health", headers={"X-Long": "x" * 40_000})
    assert (response.status_code, response.json()["code"]) == (431, "headers_too_large")


async def test_it_answers_to_its_own_names_only(configure, database):
    configure(allowed_hosts="ai.example.org, *.example.net", public_url="https://chat.example.com")
    async with _client() as client:
        for host, status in {
            "ai.example.org": 401,
            "AI.example.org:8080": 401,
            "a.b.example.net": 401,
            "chat.example.com": 401,
            "localhost:3000": 401,
            "[::1]:3000": 401,
            "example.net": 400,
            "evil.example": 400,
            "ai.example.org.evil.example": 400,
            "": 400,
        }.items():
            response = await client.get("/api/users/me", headers={"Host": host})
            assert response.status_code == status, host
        answer = await client.get("/health", headers={"Host": "10.0.0.7"})
        assert answer.json().get("code") != "unknown_host"


async def test_other_websites_use_the_api_where_the_setting_says(configure, ann):
    configure(cors_origins="https://tools.example.org")
    preflight = {"Access-Control-Request-Method": "POST"}
    theirs = {"Origin": "https://tools.example.org"}
    others = {"Origin": "https://evil.example"}
    async with _client() as client:
        asked = await client.options("/api/chats", headers=preflight | theirs)
        assert asked.headers["access-control-allow-origin"] == "https://tools.example.org"
        assert "access-control-allow-credentials" not in asked.headers
        refused = await client.options("/api/chats", headers=preflight | others)
        assert "access-control-allow-origin" not in refused.headers
        mine = await client.get("/api/users/me", headers=theirs | await signed_in(ann))
        assert mine.headers["access-control-allow-origin"] == "https://tools.example.org"
        login = {"email": "nobody", "password": "nothing at all"}
        assert (await client.post("/api/login", json=login, headers=theirs)).status_code == 401
        assert (await client.post("/api/login", json=login, headers=others)).status_code == 403
        cookie = {"Cookie": "ioverse_session=x"}
        sent = await client.post("/api/logout", headers=theirs | cookie)
        assert sent.json()["code"] == "foreign_origin"


async def test_who_came_by_https_comes_by_https_again(configure, database):
    async with _client() as client:
        assert "strict-transport-security" not in (await client.get("/health")).headers
    configure(trusted_proxy_hops="1")
    async with _client() as client:
        answer = await client.get("/health", headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
