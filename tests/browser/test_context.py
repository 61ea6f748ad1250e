"""The context: what is sent is shown before and afterwards, and a person decides about it."""

from __future__ import annotations

import re

from people import ask, choose_model, finished, register
from playwright.sync_api import Page, expect

from ioverse_app.services import titles


def sent(aimock) -> list[dict]:
    """The messages that the provider got last, but for titles."""
    bodies = [entry["body"] for entry in aimock.journal() if entry["path"].endswith("completions")]
    return [b for b in bodies if b["messages"][0]["content"] != titles.PROMPT][-1]["messages"]


def row(panel, text: str):
    return panel.get_by_role("listitem").filter(has_text=text)


def test_a_person_sees_and_decides_what_is_sent(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/gpt-4o")
    ask(page, "Hello there")
    finished(page)
    expect(page).to_have_url(re.compile("/chat/."))
    ask(page, "Tell me more")
    finished(page)

    # What the next answer would be given, counted.
    button = page.get_by_role("button", name=re.compile("^Context"))
    button.press("Enter")
    panel = page.get_by_role("dialog", name="Context")
    expect(panel).to_be_focused()
    expect(panel.get_by_role("listitem")).to_have_count(5)
    expect(panel).to_contain_text(re.compile(r"\d+ of 128,000 tokens"))
    expect(panel).to_contain_text("Counted with the model's own vocabulary")
    expect(row(panel, "Hello there")).to_contain_text("2")

    # Excluded here, it is marked in the other tab, and not sent.
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("log")).to_contain_text("Hello there")
    row(panel, "Hello there").get_by_role("button", name="Exclude").click()
    mark = "Not sent to the model"
    for each in (page, other):
        expect(each.locator("article").first).to_contain_text(mark)
    other.close()
    expect(row(panel, "Hello there")).to_contain_text("Excluded")
    row(panel, "Tell me more").get_by_role("button", name="Pin").click()
    expect(page.locator("article").nth(2)).to_contain_text("Pinned: always sent")
    ask(page, "And again")
    finished(page)
    told = [message["content"] for message in sent(aimock)]
    assert "Hello there" not in told
    assert told[-1] == "And again"
    expect(panel.get_by_role("listitem").filter(has_text="And again")).to_have_count(1)

    # What an answer was given, word for word; Escape puts the panel away.
    page.locator("article").last.get_by_role("button", name="What was sent").click()
    inspector = page.get_by_role("dialog", name="What was sent")
    expect(inspector.get_by_role("button", name="Exclude")).to_have_count(0)
    expect(inspector.get_by_role("listitem")).to_have_count(len(told) + 1)
    openers = inspector.get_by_role("listitem").get_by_role("button")
    for number in range(openers.count()):
        openers.nth(number).click()
    texts = inspector.locator(".text")
    expect(texts).to_have_count(openers.count())
    for text in told:
        expect(texts.filter(has_text=text)).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(inspector).to_have_count(0)

    # A message that cannot fit is refused with its size, and is not lost.
    long = "ꙮ" * 100_000
    page.get_by_role("textbox", name="Message").fill(long)
    page.get_by_role("button", name="Send").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text(
        re.compile(r"^This message has 300,000 tokens; this model takes")
    )
    expect(page.get_by_role("textbox", name="Message")).to_have_value(long)


def test_the_panel_fits_a_small_screen(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register", viewport={"width": 390, "height": 844}, has_touch=True)
    register(page)
    page.get_by_role("button", name="Context").click()
    panel = page.get_by_role("dialog", name="Context")
    expect(panel.get_by_role("listitem")).to_have_count(1)
    assert not sideways(page)
    panel.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Parameters").click()
    expect(page.get_by_role("dialog", name="Parameters")).to_be_visible()
    expect(panel).to_have_count(0)


def sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
