"""Another website cannot act in the name of somebody who is signed in here."""

import httpx
import pytest

from ioverse_app.api.origin import OriginCheck


async def _inner(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def _request(method: str = "POST", host: str = "ai.example.org", **headers: str) -> int:
    transport = httpx.ASGITransport(OriginCheck(_inner))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return (await client.request(method, "/api/x", headers=named)).status_code


async def _handshake(**headers: str) -> str:
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/_event", "headers": raw}
    await OriginCheck(_inner)(scope, receive, send)
    return sent[0]["type"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "CUSTOM"])
async def test_another_website_changes_nothing(method):
    assert await _request(method, origin="https://evil.example") == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_is_for_everybody(method):
    assert await _request(method, origin="https://evil.example") == 204


@pytest.mark.parametrize(
    "origin",
    [
        "https://ai.example.org",
        "http://AI.example.org",
        "https://ai.example.org:443",
        "http://ai.example.org:80",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
    ],
)
async def test_our_own_pages_may_write(origin):
    assert await _request(origin=origin) == 204


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://ai.example.org.evil.example",
        "https://evil.example/ai.example.org",
        "https://ai.example.org@evil.example",
        "https://ai.example.org:8443",
        "https://sub.ai.example.org",
        "http://localhost:8000",
        "http://localhost",
        "file://",
    ],
)
async def test_what_only_looks_like_ours_is_refused(origin):
    assert await _request(origin=origin) == 403


async def test_behind_a_proxy_the_public_address_is_ours(configure):
    assert await _request(host="backend:8000", origin="https://ai.example.org") == 403
    configure(public_url="https://ai.example.org/")
    assert await _request(host="backend:8000", origin="https://ai.example.org") == 204


async def test_programs_send_no_origin():
    assert await _request() == 204
    assert await _request(cookie="a=b") == 204


@pytest.mark.parametrize(("site", "status"), [("same-origin", 204), ("none", 204)])
async def test_a_browser_that_hides_the_origin_still_says_where_from(site, status):
    assert await _request(sec_fetch_site=site) == status
    for foreign in ("cross-site", "same-site"):
        assert await _request(sec_fetch_site=foreign) == 403


async def test_a_token_is_no_cookie():
    origin = "https://app.example"
    assert await _request(origin=origin, authorization="Bearer x") == 204
    assert await _request(origin=origin, authorization="Bearer x", cookie="a=b") == 403
    assert await _request(origin=origin, authorization="Basic x") == 403


async def test_a_web_socket_opens_for_our_own_pages_only():
    host = "ai.example.org"
    assert await _handshake(host=host) == "websocket.accept"
    assert await _handshake(host=host, origin=f"https://{host}") == "websocket.accept"
    assert await _handshake(host=host, origin="https://evil.example") == "websocket.close"
    assert await _handshake(host=host, origin="null") == "websocket.close"


async def test_what_is_neither_request_nor_socket_passes():
    seen = []

    async def inner(scope, receive, send):
        seen.append(scope["type"])

    await OriginCheck(inner)({"type": "lifespan"}, None, None)
    assert seen == ["lifespan"]
