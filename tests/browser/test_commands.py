"""Slash commands on the screen: completed by the keyboard, answered, and told to other tabs."""

from __future__ import annotations

import re

from people import answer, ask, choose_model, finished, register
from playwright.sync_api import Page, expect

from ioverse_app.engine import translating
from ioverse_app.services import commands, titles

ASIDE = (titles.PROMPT, translating.PROMPT[:20])


def asked(aimock) -> dict:
    """What the provider was last asked, but for titles and translations."""
    bodies = [entry["body"] for entry in aimock.journal() if entry["path"].endswith("completions")]
    return [b for b in bodies if not b["messages"][0]["content"].startswith(ASIDE)][-1]


def command(page: Page, text: str):
    """Send a command and see its reply."""
    replies = page.locator("article[data-role=system]")
    before = replies.count()
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("textbox", name="Message").press("Enter")
    expect(replies).to_have_count(before + 1)
    expect(replies.last).to_contain_text("Only you see this")
    return replies.last


def test_every_command(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    models = page.get_by_role("combobox", name="Model")
    choose_model(page, "compatible/gpt-4o")
    replies = page.locator("article[data-role=system]")

    # Before the first message: what is set holds for it.
    expect(command(page, "/ping")).to_contain_text("pong")
    everything = command(page, "/help")
    for one in commands.known():
        expect(everything).to_contain_text(one.usage)
    expect(command(page, "/temp 0.3")).to_contain_text("from 1 (default) to 0.3")
    expect(command(page, "/system Answer in rhymes.")).to_contain_text("Answer in rhymes.")
    expect(command(page, "/info city Seoul")).to_contain_text("city is Seoul")
    ask(page, "Hello there")
    finished(page)
    expect(replies).to_have_count(0)
    first = asked(aimock)
    assert first["temperature"] == 0.3
    assert "Answer in rhymes." in first["messages"][0]["content"]
    assert not any("pong" in message["content"] for message in first["messages"])

    # In another tab as well: the model, the parameters, the title.
    expect(page).to_have_url(re.compile("/chat/."))
    other = page.context.new_page()
    other.goto(page.url)
    finished(other)
    other.get_by_role("button", name="Parameters").click()
    slider = other.get_by_role("slider", name="Temperature")
    expect(slider).to_have_value("0.3")
    command(page, "/temperature 0.7")
    expect(slider).to_have_value("0.7")
    command(page, "/topp 0.5")
    expect(other.get_by_role("slider", name="Top P")).to_have_value("0.5")
    models.click()
    offered = page.locator("[role=option]").evaluate_all("all => all.map((o) => o.dataset.value)")
    page.keyboard.press("Escape")
    ref = next(one for one in offered if one != "compatible/gpt-4o")
    expect(command(page, f"/model {ref}")).to_contain_text("Model changed to")
    for tab in (page, other):
        expect(tab.get_by_role("combobox", name="Model")).to_have_attribute("data-value", ref)
    command(page, "/title Two wheels")
    expect(other.get_by_role("link", name="Two wheels")).to_be_visible()
    expect(page.get_by_role("heading", name="Two wheels")).to_be_visible()
    expect(other.locator("article[data-role=system]")).to_have_count(0)

    # What only shows something; it can be put away, and a reload forgets it.
    expect(command(page, "/context")).to_contain_text(ref.partition("/")[2])
    expect(command(page, "/echo **bold**").locator("strong")).to_have_text("bold")
    expect(command(page, "/codeblock python print(1)")).to_contain_text("print(1)")
    expect(command(page, "/info")).to_contain_text("city: Seoul")
    last = replies.last.get_attribute("data-message-id")
    replies.last.get_by_role("button", name="Dismiss").click()
    expect(page.locator(f"[data-message-id='{last}']")).to_have_count(0)
    link = command(page, "/export json").get_by_role("link", name="Download this chat as JSON")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "Two wheels.json"
    page.reload()
    finished(page)
    expect(replies).to_have_count(0)

    # Answers again, and messages taken off in every tab.
    page.get_by_role("textbox", name="Message").fill("/retry")
    page.get_by_role("textbox", name="Message").press("Enter")
    expect(finished(page)).to_contain_text("2 of 2")
    page.get_by_role("textbox", name="Message").fill("/summarize")
    page.get_by_role("textbox", name="Message").press("Enter")
    expect(page.locator("article[data-role=user]")).to_have_count(2)
    finished(page)
    command(page, "/pop user")
    for tab in (page, other):
        expect(tab.locator("article[data-role=user]")).to_have_count(1)
    expect(command(page, "/clear")).to_contain_text("1 question")
    for tab in (page, other):
        expect(tab.locator("article[data-role=user], article[data-role=assistant]")).to_have_count(
            0
        )
    expect(command(page, "/reset")).to_contain_text("begins anew")
    expect(slider).to_have_value("1")
    ask(page, "A new beginning")
    finished(page)
    assert "temperature" not in asked(aimock)
    expect(page.locator("article[data-role=user]")).to_contain_text("2 of 2")

    # What is wrong is said, and comes back to be corrected; two slashes are a message.
    box = page.get_by_role("textbox", name="Message")
    box.fill("/tmep 1")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean /temp?")
    expect(box).to_have_value("/tmep 1")
    box.fill("//ping is a command")
    box.press("Enter")
    finished(page)
    expect(page.locator("article[data-role=user]").last).to_contain_text("/ping is a command")


def test_commands_complete_by_the_keyboard(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    box = page.get_by_role("textbox", name="Message")
    menu = page.get_by_role("listbox", name="Commands")
    options = menu.get_by_role("option")
    box.press_sequentially("/")
    expect(options).to_have_count(len(commands.known()))
    box.press_sequentially("te")
    expect(options).to_have_count(2)  # /temp, and /context by its other name
    chosen = menu.locator("[aria-selected=true]")
    expect(chosen).to_contain_text("/temp")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert box.get_attribute("aria-controls") == menu.get_attribute("id")
    box.press("ArrowDown")
    expect(chosen).to_contain_text("/context")
    box.press("ArrowUp")
    box.press("Tab")
    expect(box).to_have_value("/temp ")
    expect(box).to_be_focused()
    expect(menu).to_have_count(0)
    expect(page.locator(".slash-hint")).to_contain_text("/temp [default|value]")
    box.press_sequentially("0.4")
    box.press("Enter")
    expect(page.locator("article[data-role=system]")).to_contain_text("to 0.4")
    expect(page.locator(".slash-hint")).to_have_count(0)

    # Enter completes a name that is not whole, and sends one that is. Escape leaves it alone.
    box.press_sequentially("/pin")
    expect(options).to_have_count(1)
    box.press("Enter")
    expect(box).to_have_value("/ping")
    box.press("Enter")
    expect(page.locator("article[data-role=system]").last).to_contain_text("pong")
    box.press_sequentially("/mod")
    box.press("Escape")
    expect(menu).to_have_count(0)
    expect(box).to_have_value("/mod")
    box.press_sequentially("e")
    options.first.click()
    expect(box).to_have_value("/model ")
    box.fill("no command")
    expect(menu).to_have_count(0)
    assert box.get_attribute("aria-activedescendant") is None


def test_a_chat_is_translated(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/gpt-4o")
    expect(command(page, "/translate 한국어 English")).to_contain_text("Korean")
    expect(page.get_by_text("Translated: Korean ⇄ English")).to_be_visible()
    ask(page, "안녕하세요, 어떻게 지내세요?")
    shown = finished(page)
    expect(shown).to_contain_text("마크다운")
    question = page.locator("article[data-role=user]")

    def both_texts(tab: Page) -> None:
        last = tab.locator("article[data-role=assistant]").last
        expect(last.get_by_text("Hello from aimock.")).to_be_hidden()
        last.get_by_text("Original, in English").click()
        expect(last.get_by_text("Hello from aimock.")).to_be_visible()
        tab.locator("article[data-role=user]").get_by_text("As sent, in English").click()
        expect(tab.get_by_text("Hello there, how are you?")).to_be_visible()

    both_texts(page)
    expect(question).to_contain_text("안녕하세요")
    assert asked(aimock)["messages"][-1]["content"] == "Hello there, how are you?"
    page.reload()
    both_texts(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer(page).hover()
    answer(page).get_by_role("button", name="Copy", exact=True).click()
    assert "마크다운" in page.evaluate("navigator.clipboard.readText()")

    # Off again: what was translated stays, and what comes is not.
    command(page, "/translate off")
    expect(page.get_by_text("Translated: Korean")).to_have_count(0)
    ask(page, "count tokens")
    expect(finished(page)).to_contain_text("Counted.")
    expect(answer(page).get_by_text("Original")).to_have_count(0)
    assert asked(aimock)["messages"][-3]["content"] == "Hello there, how are you?"
