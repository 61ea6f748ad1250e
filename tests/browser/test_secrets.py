"""After a whole session no secret stands in clear: not in a file, a log line, a page or a frame."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from people import PASSWORD, ask, choose_model, finished, register, sign_out
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP
from test_account import NEW, link_in, mails
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

SERVER_KEY = "sk-proj-" + "ofTheServer0123456789" * 2
OWN_KEY = "sk-proj-" + "ofAnnAlone9876543210" * 2
LINK_PASSWORD = "only for friends 42"


class _Refusing(BaseHTTPRequestHandler):
    """A provider that repeats the key that it refuses, as some do."""

    def do_GET(self) -> None:
        self._answer(200, {"object": "list", "data": [{"id": "echo", "object": "model"}]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        sentence = f"Incorrect API key provided: {key}. Bearer {key} is not known."
        self._answer(401, {"error": {"message": sentence, "code": "invalid_api_key"}})

    def _answer(self, status: int, body: dict) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def refusing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()


def test_no_secret_stands_in_clear_after_a_whole_session(serve, visit, refusing, tmp_path):
    keys = {"OPENAI_BASE_URL": refusing, "OPENAI_API_KEY": SERVER_KEY}
    server = serve(LOG_LEVEL="INFO", LOG_JSON="true", **keys)
    page = visit(f"{server.url}/register")
    seen = _frames(page)
    page.get_by_role("textbox", name="Provider API key").fill(OWN_KEY)
    register(page)
    choose_model(page, "compatible/echo")
    ask(page, "Hello")
    finished(page, "error")
    chat = page.url.rpartition("/")[2]
    seen.append(page.content())

    totp, recovery = _connect_an_app(page, server.url)
    seen.append(page.content())
    _sign_in_by_code(page, server.url, totp.now())
    page.reload()
    seen.append(page.content())

    login = {"email": "ann", "password": PASSWORD}
    call = page.request
    assert call.post(f"{server.url}/api/login", data=login).status == 401
    code = totp.at(time.time() + 30)
    tokens = call.post(f"{server.url}/api/login", data=login | {"code": code}).json()
    bearer = {"Authorization": f"Bearer {tokens['token']}"}
    link = call.post(
        f"{server.url}/api/chats/{chat}/share",
        headers=bearer,
        data={"hours": 1, "password": LINK_PASSWORD},
    ).json()["share_url"]
    for password in ("wrong", LINK_PASSWORD):
        call.post(link, form={"password": password})
    call.get(f"{link}?token={tokens['token']}")
    page.goto(f"{server.url}/chat")
    seen.append(page.content())

    made = {"note": "Bob", "days": 1}
    invited = call.post(f"{server.url}/api/admin/invitations", headers=bearer, data=made).json()
    page.goto(f"{server.url}/admin/invitations")
    expect(page.get_by_role("listitem").filter(has_text="Bob")).to_be_visible()
    seen.append(page.content())
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    bob = visit(f"{server.url}/login")
    seen_by_bob = _frames(bob)
    bob.goto(invited["link"])
    expect(bob).to_have_url(f"{server.url}/register")
    register(bob, "Bob")
    sign_out(bob)
    reset = _forgotten(bob, server.url, tmp_path)
    seen_by_bob.append(bob.content())

    secrets = {
        "password": PASSWORD,
        "server key": SERVER_KEY,
        "own key": OWN_KEY,
        "link": link.rpartition("/")[2],
        "link password": LINK_PASSWORD,
        "access token": tokens["token"],
        "refresh token": tokens["refresh_token"],
        "app secret": totp.secret,
        "recovery code": recovery,
        "plain recovery code": recovery.replace("-", ""),
        "invitation": invited["link"].rpartition("=")[2],
        "link of a mail": reset.rpartition("=")[2],
        "new password": NEW,
        **cookies,
    }
    server.stop()
    kept = {path.name: path.read_bytes() for path in _files(tmp_path)}
    assert {"server.log", "ioverse.db"} <= set(kept)
    assert b'"route": "/share/{token}"' in kept["server.log"]
    told = {f"seen {number}": text.encode() for number, text in enumerate([*seen, *seen_by_bob])}
    found = [
        (name, place)
        for name, secret in secrets.items()
        for place, content in {**kept, **told}.items()
        if len(secret) > 8 and secret.encode() in content
    ]
    assert found == []


def test_another_website_opens_no_socket_of_the_pages(serve):
    server = serve()
    address = f"{server.url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket"
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    with connect(address, origin=server.url) as socket:
        assert socket.recv(5)


def _frames(page: Page) -> list[str]:
    """What the server sends to the page over its sockets, from now on."""
    seen: list[str] = []

    def listen(socket) -> None:
        socket.on("framereceived", lambda frame: seen.append(str(frame)))

    page.on("websocket", listen)
    page.reload()
    return seen


def _connect_an_app(page: Page, url: str) -> tuple[TOTP, str]:
    """On a page of its own, since its owner does see the secret and the codes there."""
    other = page.context.new_page()
    other.goto(f"{url}/account/protection")
    other.get_by_role("button", name="Connect an app").click()
    totp = TOTP(other.locator("form.step code").inner_text().replace(" ", ""))
    other.get_by_role("textbox", name="Code").fill(totp.at(time.time() - 30))
    other.get_by_role("button", name="Turn on").click()
    code = other.get_by_role("list", name="Recovery codes").get_by_role("listitem").first
    recovery = code.inner_text()
    other.get_by_role("button", name="I have kept them").click()
    expect(code).to_have_count(0)
    other.close()
    return totp, recovery


def _sign_in_by_code(page: Page, url: str, code: str) -> None:
    sign_out(page)
    page.goto(f"{url}/login")
    page.get_by_role("textbox", name="Email or username").fill("Ann")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def _forgotten(page: Page, url: str, folder: Path) -> str:
    """Choose a new password with the link of a mail; the answer is the link."""
    page.goto(f"{url}/forgot-password")
    page.get_by_role("textbox", name="Email or username").fill("bob@example.org")
    page.get_by_role("button", name="Send link").click()
    link = link_in(mails(folder, "Choose a new password")[0])
    page.goto(link)
    expect(page).to_have_url(f"{url}/reset-password")
    page.get_by_role("textbox", name="Password", exact=True).fill(NEW)
    page.get_by_role("textbox", name="Confirm password").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed. Sign in with it.")).to_be_visible()
    return link


def _files(folder: Path) -> list[Path]:
    """Everything that was written, but for the keys themselves, and mails that wait as files."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name not in ("keys", "mail") and path.stat().st_size
    ]
