"""The frames for what came from elsewhere, and what a browser is told of every page."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

from ioverse_app.api.application import create_api
from ioverse_app.ui import page_policy
from ioverse_app.ui.page_policy import PagePolicy


async def _get(app, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/preview", "/preview/image"])
async def test_a_frame_is_nobodys_and_only_ours_to_show(path):
    answer = await _get(PagePolicy(create_api()), path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none';")
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "connect-src" not in policy


async def test_code_has_no_network_and_an_image_no_code():
    code = (await _get(create_api(), "/preview")).headers["content-security-policy"]
    assert "http" not in code
    image = await _get(create_api(), "/preview/image")
    policy = image.headers["content-security-policy"]
    assert "img-src http: https:" in policy
    assert "script-src 'sha256-" in policy
    assert "script-src 'unsafe-inline'" not in policy


async def test_every_page_says_what_it_may_do(monkeypatch, tmp_path):
    page = "<script>one()</script><script src='/x.js'></script><script type='module'>2</script>"
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "a" / "index.html").write_text(page)
    hashes = page_policy.inline_scripts(tmp_path)
    assert len(hashes) == 2
    assert all(each.startswith("'sha256-") for each in hashes)
    monkeypatch.setattr(page_policy, "page_policy", lambda: "the policy")

    async def app(scope, receive, send):
        answers = {
            "/": HTMLResponse(page),
            "/own": HTMLResponse(page, headers={"content-security-policy": "its own"}),
            "/logo.svg": Response("<svg/>", media_type="image/svg+xml"),
            "/api": JSONResponse({}),
        }
        await answers[scope["path"]](scope, receive, send)

    headers = {path: (await _get(PagePolicy(app), path)).headers for path in ("/", "/api")}
    assert headers["/"]["content-security-policy"] == "the policy"
    assert "content-security-policy" not in headers["/api"]
    assert all(each["x-content-type-options"] == "nosniff" for each in headers.values())
    own = await _get(PagePolicy(app), "/own")
    assert own.headers["content-security-policy"] == "its own"
    svg = await _get(PagePolicy(app), "/logo.svg")
    assert "sandbox" in svg.headers["content-security-policy"]


def test_the_policy_names_no_other_host_and_no_eval():
    page_policy.page_policy.cache_clear()
    rules = page_policy.page_policy()
    assert "unsafe-eval" not in rules
    assert "http:" not in rules
    assert "*" not in rules
    assert "'unsafe-inline'" not in page_policy.POLICY["script-src"]
    for rule in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'self'"):
        assert rule in rules
