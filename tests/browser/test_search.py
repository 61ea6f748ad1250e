"""Search as people use it: from the sidebar to the message, and the page with all results."""

from __future__ import annotations

import os

from people import ask, choose_model, finished, register
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from test_chat_screen import settings_of

from ioverse_app.tables import Conversation, Message, User

SHOTS = os.environ.get("SHOTS")


def shot(page: Page, name: str) -> None:
    """A picture for people who look at what they made."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(250)
        page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png")
    page.emulate_media(color_scheme="light")


def add_chat(folder, title: str, count: int, special: dict[int, str]) -> None:
    """A long chat of the one person that there is."""
    (database,) = folder.rglob("ioverse.db")
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session:
        chat = Conversation(owner_id=session.scalars(select(User.id)).one(), title=title)
        session.add(chat)
        session.flush()
        parent_id = None
        for i in range(count):
            text = special.get(i, f"Message number {i}. " + "It goes on for a while. " * 8)
            role = "assistant" if i % 2 else "user"
            message = Message(conversation_id=chat.id, parent_id=parent_id, role=role, content=text)
            session.add(message)
            session.flush()
            parent_id = message.id
        chat.head_id = parent_id
        session.commit()
    engine.dispose()


def test_from_a_word_to_the_message(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    ask(page, "What do penguins eat?")
    finished(page)
    special = {
        21: "# Birds\n\nThe kingfisher dives for small fish.",
        360: "Is a KINGFISHER blue?",
        380: "อาหารของนกกระเต็นคือปลา",
    }
    add_chat(tmp_path, "A long talk about birds", 400, special)
    page.reload()
    chats = page.get_by_role("navigation", name="Chats")
    field = chats.get_by_role("searchbox", name="Search chats")
    expect(chats.get_by_role("link", name="What do penguins eat?")).to_be_visible()

    # What is typed is found at once, in place of the list.
    field.fill("kingf")
    results = chats.get_by_role("region", name="Search results")
    expect(results.locator(".search-hit")).to_have_count(2)
    expect(results.locator("mark").first).to_have_text("kingfisher", ignore_case=True)
    expect(chats.get_by_role("link", name="What do penguins eat?")).to_be_hidden()
    shot(page, "sidebar")

    # A message far up is opened in its place, pointed out, and there is a way on from it.
    results.get_by_role("link").filter(has_text="dives for small fish").click()
    far = page.locator("article").filter(has_text="dives for small fish")
    expect(far).to_be_in_viewport()
    expect(far).to_have_attribute("data-shown", "now")
    shot(page, "message")
    expect(page.get_by_text("Message number 20.", exact=False)).to_be_attached()
    expect(far).to_have_attribute("data-shown", "before")
    expect(far).to_be_in_viewport()
    assert page.locator("article").count() < 100
    newer = page.get_by_role("button", name="Show newer messages")
    before = page.locator("article").count()
    newer.click()
    expect(page.locator("article").nth(before)).to_be_attached()
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.get_by_text("Message number 3.", exact=False)).to_be_attached()

    # Another result in the same chat; what is sent then follows the newest message.
    results.get_by_role("link").filter(has_text="Is a KINGFISHER blue?").click()
    near = page.locator("article").filter(has_text="Is a KINGFISHER blue?")
    expect(near).to_be_in_viewport()
    expect(newer).to_be_hidden()
    field.fill("dives")
    results.get_by_role("link").filter(has_text="dives for small fish").click()
    expect(far).to_be_in_viewport()
    ask(page, "And what do herons eat?")
    finished(page)
    expect(page.get_by_text("Message number 399.", exact=False)).to_be_attached()

    # Operators are completed as one types; Thai is found without spaces.
    field.fill("fr")
    expect(chats.get_by_role("option")).to_have_text(["from:Who wrote it"])
    field.press("ArrowDown")
    field.press("Enter")
    expect(chats.get_by_role("option")).to_have_text(["from:me", "from:assistant"])
    shot(page, "operators")
    field.press("ArrowDown")
    field.press("Tab")
    expect(field).to_have_value("from:me ")
    field.press_sequentially("kingfisher")
    expect(results.locator(".search-hit")).to_have_count(1)
    field.fill("กระเต็น")
    expect(results.locator("mark")).to_have_text(["กระเต็น"])
    field.fill("zebra")
    expect(results).to_contain_text("Nothing was found.")
    field.fill("penguins")
    expect(results.locator(".search-hit").first).to_contain_text("What do penguins eat?")
    field.press("ArrowDown")
    expect(results.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(results).to_be_hidden()
    expect(chats.get_by_role("link", name="What do penguins eat?")).to_be_visible()

    # Enter opens the page with all results, which come page by page and survive a reload.
    field.fill("message number")
    field.press("Enter")
    expect(page).to_have_url(f"{server.url}/search?q=message%20number")
    everything = page.get_by_role("region", name="All results")
    expect(everything.locator(".search-hit")).to_have_count(20)
    shot(page, "page")
    everything.get_by_role("button", name="Show more results").click()
    expect(everything.locator(".search-hit")).to_have_count(40)
    page.reload()
    expect(everything.locator(".search-hit")).to_have_count(20)
    page.get_by_role("searchbox", name="Search", exact=True).fill("has:banana kingfisher ")
    page.get_by_role("searchbox", name="Search", exact=True).press("Enter")
    expect(everything).to_contain_text("has: takes code, image or file")
    expect(everything.locator(".search-hit")).to_have_count(2)
    everything.get_by_role("link").filter(has_text="dives for small fish").click()
    expect(far).to_be_in_viewport()

    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "message-small")
    page.goto(f"{server.url}/search?q=kingfisher")
    expect(everything.locator(".search-hit")).to_have_count(2)
    shot(page, "page-small")
    page.goto(f"{server.url}/search")
    expect(page.get_by_role("region", name="How to search")).to_be_visible()
    shot(page, "help-small")
    page.get_by_role("button", name="Open sidebar").click()
    field.fill("kingfisher")
    expect(results.locator(".search-hit")).to_have_count(2)
    shot(page, "sidebar-small")
