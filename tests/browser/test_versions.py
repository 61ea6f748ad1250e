"""Edit, regenerate, and move between the versions; two tabs that act at once lose nothing."""

from __future__ import annotations

import sqlite3

from people import answer, ask, choose_model, finished, register
from playwright.sync_api import expect


def test_versions_of_questions_and_answers(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    ask(page, "Hello there")
    finished(page)
    ask(page, "count tokens")
    finished(page)
    articles = page.locator("article")
    question = page.locator("article[data-role=user]").first

    # Called off, the question stays; sent, it is a new version and the old branch is kept.
    question.hover()
    question.get_by_role("button", name="Edit").click()
    field = page.get_by_role("textbox", name="Edit message")
    expect(field).to_have_value("Hello there")
    page.get_by_role("button", name="Cancel").click()
    expect(question).to_contain_text("Hello there")
    question.hover()
    question.get_by_role("button", name="Edit").click()
    field.fill("think first")
    page.get_by_role("button", name="Save and send").click()
    expect(articles).to_have_count(2)
    expect(finished(page)).to_contain_text("Hello after a thought.")
    expect(question).to_contain_text("2 of 2")
    question.get_by_role("button", name="Previous version").click()
    expect(articles).to_have_count(4)
    expect(question).to_contain_text("1 of 2")
    expect(answer(page)).to_contain_text("Counted.")
    page.reload()
    expect(articles).to_have_count(4)
    question.get_by_role("button", name="Next version").click()
    expect(articles).to_have_count(2)

    # Regenerate with another model: both answers are there, and the next one is its as well.
    author = answer(page).get_attribute("aria-label")
    answer(page).get_by_role("button", name="Answer with another model").click()
    other = page.get_by_role("option").nth(1)
    label = other.locator(".label").inner_text()
    other.click()
    again = finished(page)
    expect(again).to_contain_text("2 of 2")
    expect(again).to_have_attribute("aria-label", label)
    assert label != author
    expect(page.get_by_role("combobox", name="Model")).to_have_text(label)
    again.get_by_role("button", name="Previous version").click()
    expect(answer(page)).to_contain_text("1 of 2")
    assert answer(page).get_attribute("aria-label") == author


def test_two_tabs_at_once(serve, visit, provider, tmp_path):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", OPENAI_API_KEY="none")
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    ask(page, "The beginning")
    finished(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("article")).to_have_count(2)
    tabs = {"From one tab": page, "From the other": other}
    for text, tab in tabs.items():
        choose_model(tab, "compatible/20x8")
        tab.get_by_role("textbox", name="Message").fill(text)
    for tab in tabs.values():
        tab.evaluate("document.querySelector('form.composer').requestSubmit()")
    for tab in tabs.values():
        expect(tab.locator("article")).to_have_count(4)
        expect(answer(tab)).to_have_attribute("data-status", "streaming")
    with sqlite3.connect(tmp_path / "data" / "ioverse.db") as database:
        rows = database.execute(
            "SELECT content, parent_id FROM message WHERE content LIKE 'From %'"
        ).fetchall()
    stored = dict(rows)
    for text, tab in tabs.items():  # it came too late, or it is a branch of its own
        refused = tab.get_by_role("textbox", name="Message").input_value()
        assert (text in stored) != (refused == text)
    if len(stored) == 2:
        assert len(set(stored.values())) == 1, "both follow what both had seen"
        expect(page.locator("article[data-role=user]").last).to_contain_text("of 2")
