"""The chat screen: everything on it has its name, works from the keyboard, and fits a phone."""

from __future__ import annotations

import re

from people import answer, ask, choose_model, finished, register
from playwright.sync_api import expect
from upstream import TEXT


def settings_of(provider) -> dict[str, str]:
    return {"OPENAI_BASE_URL": f"{provider.url}/v1", "OPENAI_API_KEY": "none"}


def test_an_answer_is_drawn_as_markdown(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register", viewport={"width": 390, "height": 844})
    register(page)
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    choose_model(page, "compatible/0x80")
    ask(page, "Show me everything.\nOn two lines, with <b>no HTML</b>.")
    question = page.locator("article[data-role=user]").last
    assert question.inner_text().splitlines()[:2] == [
        "Show me everything.",
        "On two lines, with <b>no HTML</b>.",
    ]
    last = finished(page)
    expect(last.get_by_role("heading", name="What is measured here")).to_be_visible()
    expect(last.locator("table").first).to_be_visible()
    expect(last.get_by_text("python", exact=True).first).to_be_visible()
    expect(last.locator(".katex").first).to_be_attached()
    expect(last.get_by_role("button", name="Copy code").first).to_be_attached()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    last.get_by_role("button", name="Copy", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == TEXT
    assert not sideways(page)
    page.set_viewport_size({"width": 360, "height": 740})
    assert not sideways(page)

    # The reader who scrolls up stays there while the answer grows, and can jump to its end.
    choose_model(page, "compatible/100x6")
    ask(page, "Once more, slowly.")
    expect(answer(page)).to_have_attribute("data-status", "streaming")
    page.wait_for_timeout(1500)
    log = page.get_by_role("log", name="Conversation")
    log.evaluate("log => log.scrollTo(0, log.scrollHeight / 3)")
    page.wait_for_timeout(300)
    before = log.evaluate("log => log.scrollTop")
    page.wait_for_timeout(1200)
    assert abs(log.evaluate("log => log.scrollTop") - before) < 3
    page.get_by_role("button", name="Jump to newest").click()
    page.wait_for_timeout(600)
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 80
    page.get_by_role("button", name="Stop").click()
    finished(page, "stopped")


def sideways(page) -> bool:
    """Whether the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_list_of_chats(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    other = page.context.new_page()
    other.goto(f"{server.url}/chat")
    choose_model(page, "compatible/0x80")
    ask(page, "First question")
    finished(page)
    chats = page.get_by_role("navigation", name="Chats")
    expect(other.get_by_role("link", name="First question")).to_be_visible()
    page.get_by_role("button", name="New chat").click()
    expect(page).to_have_url(f"{server.url}/chat")
    expect(page.locator("article")).to_have_count(0)
    ask(page, "Second question")
    finished(page)
    expect(chats.get_by_role("link", name=re.compile("question"))).to_have_text(
        ["Second question", "First question"]
    )

    # Rename in place; the other tab follows. Escape leaves the title as it was.
    menu_of(page, "First question").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Title").fill("Better title")
    page.keyboard.press("Enter")
    expect(chats.get_by_role("link", name="Better title")).to_be_visible()
    expect(other.get_by_role("link", name="Better title")).to_be_visible()
    menu_of(page, "Second question").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Title").fill("Not this")
    page.keyboard.press("Escape")
    expect(chats.get_by_role("link", name="Second question")).to_be_visible()

    # Delete asks, can be called off, and can be undone.
    chats.get_by_role("link", name="Better title").click()
    expect(page.locator("article[data-role=user]")).to_contain_text("First question")
    menu_of(page, "Better title").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    menu_of(page, "Better title").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(chats.get_by_role("link", name="Better title")).to_have_count(0)
    expect(page).to_have_url(f"{server.url}/chat")
    expect(other.get_by_role("link", name="Better title")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(chats.get_by_role("link", name="Better title")).to_be_visible()

    # An address that is nobody's, or somebody else's, says so and no more.
    page.goto(f"{server.url}/chat/{'0' * 32}")
    expect(page.get_by_role("heading", name="This chat is not there")).to_be_visible()
    chats.get_by_role("link", name="Better title").click()
    expect(page.locator("article")).to_have_count(2)
    stranger = visit(f"{server.url}/register?next=/chat")
    register(stranger, "Bob")
    stranger.goto(page.url)
    expect(stranger.get_by_role("heading", name="This chat is not there")).to_be_visible()
    assert "First question" not in stranger.content()


def menu_of(page, title: str):
    row = page.locator(".chat-row", has=page.get_by_role("link", name=title, exact=True))
    row.hover()
    return row.get_by_role("button", name="Chat menu")


def test_everything_by_the_keyboard_and_out_again(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    message = page.get_by_role("textbox", name="Message")
    expect(message).to_be_focused()
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_have_count(0)
    message.fill("")
    page.keyboard.type("One line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and another")
    page.keyboard.press("Enter")
    expect(page.locator("article[data-role=user]")).to_have_text(
        re.compile("One line\nand another")
    )
    expect(message).to_have_value("")
    finished(page)

    page.get_by_role("button", name="Account menu").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))

    # What is typed outlives a reload, but is not left to whoever comes after signing out.
    expect(page.get_by_role("combobox", name="Model")).to_be_visible()
    message.fill("Half a thou")
    page.reload()
    expect(message).to_have_value("Half a thou")
    here = page.url
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login"))
    page.goto(here)
    expect(page).to_have_url(re.compile("/login.*next="))
    page.get_by_role("textbox", name="Email or username").fill("ann@example.org")
    page.get_by_role("textbox", name="Password").fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("incorrect")
    expect(page.get_by_role("textbox", name="Email or username")).to_have_value("ann@example.org")
    page.get_by_role("textbox", name="Password").fill("a fine long passphrase")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(here)
    expect(page.get_by_role("combobox", name="Model")).to_be_visible()
    expect(message).to_have_value("")


def test_on_a_phone_the_sidebar_is_a_drawer(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(
        f"{server.url}/register",
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
    )
    register(page)
    ask(page, "A question")
    finished(page)
    assert not sideways(page)
    link = page.get_by_role("link", name="A question")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Open sidebar").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Open sidebar").click()
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    expect(link).to_be_hidden()
