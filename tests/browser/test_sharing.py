"""Share a chat and take it back; bring chats along from another program."""

from __future__ import annotations

import json

from people import ask, choose_model, finished, register
from playwright.sync_api import expect

CHATS = [
    {
        "uuid": f"chat-{number}",
        "name": f"Bread {number}",
        "updated_at": f"2025-03-{number + 1:02}T10:00:00Z",
        "chat_messages": [
            {"uuid": f"q{number}", "sender": "human", "text": "How long does it bake?"},
            {"uuid": f"a{number}", "sender": "assistant", "text": "Forty minutes."},
        ],
    }
    for number in range(3)
]


def test_a_chat_is_shared_and_taken_back(serve, visit, provider):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", OPENAI_API_KEY="none")
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/echo")
    ask(page, "The tides follow the moon")
    finished(page)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this chat")
    dialog.get_by_role("combobox", name="Expires after").select_option(label="3 days")
    dialog.get_by_role("textbox", name="Link password (optional)").fill("open sesame")
    dialog.get_by_role("button", name="Preview").click()
    preview = dialog.frame_locator("iframe")
    expect(preview.get_by_role("article").first).to_contain_text("The tides follow the moon")
    dialog.get_by_role("button", name="Leave messages out").click()
    dialog.get_by_role("checkbox").first.uncheck()
    dialog.get_by_role("button", name="Preview").click()
    expect(preview.get_by_role("article")).to_have_count(1)
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.get_by_role("textbox", name="Share link").input_value()
    assert link.startswith(f"{server.url}/share/")

    # A stranger with the password reads it, and nothing before that.
    stranger = visit(link)
    assert "tides" not in stranger.content()
    stranger.get_by_label("Link password").fill("open barley")
    stranger.get_by_role("button", name="Open").click()
    expect(stranger.get_by_role("alert")).to_contain_text("not the password")
    stranger.get_by_label("Link password").fill("open sesame")
    stranger.get_by_role("button", name="Open").click()
    expect(stranger.get_by_role("article").first).to_contain_text("The tides follow the moon")
    expect(stranger.locator("script")).to_have_count(0)

    # Taken back, it is gone at once.
    expect(dialog.get_by_text("Expires in 3 days")).to_be_visible()
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_text("Revoked")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_text("no longer valid")).to_be_visible()


def test_chats_are_brought_along(serve, visit, provider, tmp_path):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", OPENAI_API_KEY="none")
    page = visit(f"{server.url}/register")
    register(page)
    files = {name: tmp_path / f"{name}.json" for name in ("broken", "claude")}
    files["broken"].write_text(json.dumps(CHATS)[:-20])
    files["claude"].write_text(json.dumps(CHATS))
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Bring chats along").click()
    dialog = page.get_by_role("dialog", name="Bring chats along")
    dialog.get_by_label("File of chats").set_input_files(files["broken"])
    expect(dialog.get_by_role("alert")).to_contain_text("not whole JSON")
    for new in (3, 0):
        dialog.get_by_label("File of chats").set_input_files(files["claude"])
        expect(dialog.get_by_text("new chats")).to_be_visible()
        expect(dialog.locator(".count").first).to_have_text(str(new))
        if new:
            dialog.get_by_role("button", name="Bring in").click()
            expect(dialog.get_by_text("3 chats came in")).to_be_visible()
            dialog.get_by_role("button", name="Another file").click()
    expect(dialog.get_by_role("button", name="Bring in")).to_be_disabled()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Bread 2").click()
    expect(page.get_by_role("article").last).to_contain_text("Forty minutes.")
