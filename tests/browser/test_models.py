"""The picker with 400 models: one is found by typing, by the keyboard alone; other tabs follow."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from people import answer, ask, choose_model, finished, register
from playwright.sync_api import expect

NAMED = [
    {"id": "openai/gpt-4o"},
    {"id": "openai/gpt-4o-mini", "shutdown_date": "2999-01-14"},
    {"id": "google/gemini-3-flash"},
    {"id": "openai/gpt-4", "shutdown_date": "2020-10-23"},
    {"id": "qwen/qwen3-32b"},
]
MODELS = [*NAMED, *({"id": f"maker-{n % 40}/model-{n}"} for n in range(400))]
DELTAS = [{"delta": {"content": "Here I am."}}, {"delta": {}, "finish_reason": "stop"}]


class Server(BaseHTTPRequestHandler):
    """A server of a great many models, which all say the same."""

    def do_GET(self) -> None:
        self._send("application/json", json.dumps({"data": MODELS}))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        chunks = [json.dumps({"choices": [{"index": 0, **each}]}) for each in DELTAS]
        self._send("text/event-stream", "".join(f"data: {c}\n\n" for c in [*chunks, "[DONE]"]))

    def _send(self, kind: str, body: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def many() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def test_a_model_is_found_among_four_hundred(serve, visit, many):
    server = serve(OPENAI_BASE_URL=many, OPENAI_API_KEY="none")
    page = visit(f"{server.url}/register")
    register(page)
    model = page.get_by_role("combobox", name="Model")
    search = page.get_by_role("searchbox", name="Search models")
    options = page.get_by_role("option")

    # By the keyboard: open, look around, search, choose; the focus comes back.
    model.focus()
    expect(model).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(search).to_be_focused()
    expect(options).to_have_count(len(MODELS))
    active = page.locator("[role=option][data-active=true]")
    page.keyboard.press("End")
    expect(active).to_be_in_viewport()
    last = active.get_attribute("data-value")
    page.keyboard.press("ArrowUp")
    assert active.get_attribute("data-value") != last
    page.keyboard.press("Home")
    expect(search).to_have_attribute("aria-activedescendant", active.get_attribute("id"))
    page.keyboard.type("4o MINI")
    expect(options).to_have_count(1)
    expect(options).to_have_accessible_name("openai/gpt-4o-mini")
    expect(options).to_have_accessible_description(
        "Sees pictures · 128K context · Ends 14 January 2999"
    )
    page.keyboard.press("Escape")
    expect(model).to_be_focused()
    page.keyboard.type("gemini")
    expect(search).to_have_value("gemini")
    page.keyboard.press("Enter")
    expect(model).to_be_focused()
    expect(model).to_have_text("google/gemini-3-flash")

    # What has ended says so and cannot be chosen; what is not there says that.
    model.click()
    search.fill("openai/gpt-4")
    ended = page.locator('[data-value="compatible/openai/gpt-4"]')
    expect(ended).to_be_disabled()
    expect(ended).to_contain_text("Ended 23 October 2020")
    ended.click(force=True)
    expect(search).to_be_visible()
    search.fill("nothing like it")
    expect(page.get_by_text("No model is called “nothing like it”.")).to_be_visible()
    page.keyboard.press("Escape")

    # The choice is stored with the chat at once, and other tabs follow; the models are sent once.
    ask(page, "Who are you?")
    finished(page)
    other = page.context.new_page()
    frames: list[int] = []
    other.on(
        "websocket", lambda socket: socket.on("framereceived", lambda f: frames.append(len(f)))
    )
    other.goto(page.url)
    followed = other.get_by_role("combobox", name="Model")
    expect(followed).to_have_text("google/gemini-3-flash")
    other.get_by_role("button", name="Parameters").click()
    expect(other.get_by_role("slider", name="Presence penalty")).to_have_count(0)
    other.wait_for_timeout(300)
    frames.clear()
    choose_model(page, "compatible/qwen/qwen3-32b")
    expect(followed).to_have_text("qwen/qwen3-32b")
    expect(other.get_by_role("slider", name="Presence penalty")).to_be_visible()
    assert sum(frames) < 10_000, frames
    page.get_by_role("button", name="Parameters").click()
    page.get_by_role("spinbutton", name="Seed").fill("7")
    page.get_by_role("spinbutton", name="Seed").press("Enter")
    expect(other.get_by_role("spinbutton", name="Seed")).to_have_value("7")
    page.reload()
    expect(model).to_have_text("qwen/qwen3-32b")

    # What was used last comes first, and one answer can be had from another model.
    model.click()
    recent = page.get_by_role("group", name="Recently used")
    expect(recent.locator(".label")).to_have_text(["qwen/qwen3-32b"])
    page.keyboard.press("Escape")
    answer(page).get_by_role("button", name="Answer with another model").click()
    page.keyboard.type("model-399")
    page.keyboard.press("Enter")
    expect(finished(page)).to_contain_text("2 of 2")
    expect(answer(page)).to_have_attribute("aria-label", "maker-39/model-399")
    expect(followed).to_have_text("maker-39/model-399")
