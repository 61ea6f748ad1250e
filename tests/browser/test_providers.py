"""A provider is added and tried, a model renamed, and somebody pays with a key of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from people import ask, choose_model, finished, register
from playwright.sync_api import expect

RIGHT, WRONG = "gsk-right-12345678", "gsk-wrong-12345678"
DELTAS = [{"delta": {"content": "Ready."}}, {"delta": {}, "finish_reason": "stop"}]
CALL = {"choices": [{"message": {"tool_calls": [{"function": {"name": "tell_time"}}]}}]}


class Server(BaseHTTPRequestHandler):
    """A server that knows one key."""

    def do_GET(self) -> None:
        names = ["llama-3.3-70b", "gemma-3-27b", "old-llama"]
        self._send(200, "application/json", {"data": [{"id": name} for name in names]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if not body.get("stream"):
            self._send(200, "application/json", CALL)
            return
        chunks = [json.dumps({"choices": [{"index": 0, **each}]}) for each in DELTAS]
        self._send(200, "text/event-stream", "".join(f"data: {c}\n\n" for c in [*chunks, "[DONE]"]))

    def _send(self, status: int, kind: str, body: object) -> None:
        if self.headers.get("authorization") != f"Bearer {RIGHT}":
            status, kind = 401, "application/json"
            body = {"error": {"message": "Invalid API Key", "code": "invalid_api_key"}}
        self.send_response(status)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def keyed() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def test_a_provider_is_added_and_a_person_pays_with_a_key_of_their_own(serve, visit, keyed):
    server = serve()
    page = visit(f"{server.url}/register")
    register(page, "Root")

    # Added without a key of the server's, and tried.
    page.goto(f"{server.url}/admin/providers")
    page.get_by_role("button", name="Add a provider").click()
    page.get_by_label("Kind", exact=True).select_option("groq")
    expect(page.get_by_label("Address", exact=True)).to_have_value("https://api.groq.com/openai/v1")
    page.get_by_label("Name", exact=True).fill("House")
    page.get_by_label("Address", exact=True).fill(keyed)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("no key")).to_be_visible()
    page.get_by_role("button", name="Test House").click()
    tried = page.get_by_role("group", name="Test of House")
    expect(tried).to_contain_text("The provider refused the key")

    # Somebody else gives a key of their own: a wrong one is refused, the right one opens models.
    other = visit(f"{server.url}/register")
    register(other, "Ann")
    other.goto(f"{server.url}/account/provider-keys")
    other.get_by_role("button", name="Add key for House").click()
    other.get_by_label("Key for House").fill(WRONG)
    other.get_by_role("button", name="Save key").click()
    expect(other.get_by_role("alert")).to_contain_text("The provider refused the key")
    other.get_by_label("Key for House").fill(RIGHT)
    other.get_by_role("button", name="Save key").click()
    expect(other.get_by_text("Your key ends in 5678")).to_be_visible()
    expect(other.get_by_text("House took the key: 3 models")).to_be_visible()
    assert RIGHT not in other.content()
    other.goto(f"{server.url}/chat")
    choose_model(other, "groq/gemma-3-27b")
    ask(other, "Are you ready?")
    expect(finished(other)).to_contain_text("Ready.")

    # With the server's key everything works, for everybody; a model is renamed and one hidden.
    page.get_by_role("button", name="Edit House").click()
    page.get_by_label("Key", exact=True).fill(RIGHT)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("key ends in 5678")).to_be_visible()
    page.get_by_role("button", name="Test House").click()
    expect(tried.get_by_text("Works")).to_have_count(4)
    page.get_by_role("link", name="Models").click()
    page.get_by_role("searchbox", name="Search models").fill("70b")
    page.get_by_role("button", name="Edit llama-3.3-70b").click()
    page.get_by_label("Name", exact=True).fill("House llama")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit House llama")).to_be_visible()
    other.reload()
    choose_model(other, "House llama")

    # Only some groups may use it; then everybody may again.
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("textbox", name="Name of a group").fill("Writers")
    page.get_by_role("button", name="Add group").click()
    expect(page.get_by_role("list", name="Groups")).to_contain_text("Writers")
    page.get_by_role("link", name="Models").click()
    for restricted in (True, False):
        page.get_by_role("button", name="Edit House llama").click()
        page.get_by_role("checkbox", name="Only some groups may use it").set_checked(restricted)
        if restricted:
            page.get_by_role("checkbox", name="Writers").check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Edit House llama")).to_be_visible()
        other.reload()
        other.get_by_role("combobox", name="Model").click()
        named = other.get_by_role("option", name="House llama", exact=True)
        expect(other.get_by_role("listbox")).to_be_visible()
        expect(named).to_have_count(0 if restricted else 1)
        other.keyboard.press("Escape")

    # A model that ends: everything that uses it is moved, and moved back.
    page.get_by_role("searchbox", name="Search models").fill("gemma")
    page.get_by_role("button", name="Edit gemma-3-27b").click()
    page.get_by_label("Last day", exact=True).fill("2020-01-31")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("ends 31 January 2020")).to_be_visible()
    choose_model(other, "groq/old-llama")
    page.get_by_role("searchbox", name="Search models").fill("old")
    page.get_by_role("button", name="Edit old-llama").click()
    page.get_by_label("Last day", exact=True).fill("2020-01-31")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Retirement").click()
    expect(page.get_by_text("1 chat of 1 person")).to_be_visible()
    page.get_by_label("Model in place of old-llama").select_option("groq/llama-3.3-70b")
    page.get_by_role("button", name="Move all").click()
    expect(page.get_by_text("No chat uses a model that ends")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 chat of 1 person")).to_be_visible()
    expect(page.get_by_text("Undone")).to_be_visible()
