"""The main job, end to end, with the model that ships with the app: nothing said is ever lost."""

from __future__ import annotations

import re
import sqlite3

from people import answer, ask, finished, register
from playwright.sync_api import expect

LONG = "Write a very long essay about the history of France in twenty chapters."


def speak_long(page) -> None:
    """Have an answer begun that goes on for a while; a small model sometimes has little to say."""
    for _ in range(5):
        page.get_by_role("button", name="New chat").click()
        expect(page.locator("article")).to_have_count(0)
        ask(page, LONG)
        page.wait_for_timeout(800)
        if answer(page).get_attribute("data-status") == "streaming":
            return
    raise AssertionError("The model has nothing to say.")


def words(page) -> str:
    return answer(page).locator(".message-text").last.inner_text()


def test_a_persons_first_day(serve, visit, tmp_path):
    server = serve(EMBEDDED_MODEL="small")
    page = visit(f"{server.url}/chat")
    expect(page).to_have_url(f"{server.url}/login?next=%2Fchat")
    page.get_by_role("link", name="Create account").click()
    register(page)
    expect(page).to_have_url(f"{server.url}/chat")
    expect(page.get_by_role("combobox", name="Model")).to_contain_text("Demo model")

    # A question, and a real answer.
    ask(page, "What is the capital of France?")
    first = finished(page)
    assert len(letters(words(page))) > 2
    expect(first.get_by_test_id("message-stats")).to_contain_text("tokens/s")
    expect(page.get_by_role("link", name="What is the capital of France?")).to_be_visible()

    # One that is stopped keeps what was said, and can be continued.
    speak_long(page)
    page.get_by_role("button", name="Stop").click()
    stopped = finished(page, "stopped")
    said = words(page)
    assert len(said) > 20
    page.reload()
    expect(answer(page)).to_contain_text(said[:60])
    stopped.get_by_role("button", name="Continue").click()
    finished(page)
    assert words(page).startswith(said[:60])

    # A reload in the middle, and a second tab, change nothing for the answer.
    speak_long(page)
    page.reload()
    expect(answer(page)).to_have_attribute("data-status", "streaming")
    second = page.context.new_page()
    second.goto(page.url)
    expect(answer(second)).to_have_attribute("data-status", "streaming")
    page.wait_for_timeout(300)
    here, there = letters(words(page)), letters(words(second))
    same = min(len(here), len(there)) - 20
    assert same > 50
    assert here[:same] == there[:same], "both tabs show it as it is written"

    # The power fails: what was received is there after the restart, and can be continued.
    if answer(page).get_attribute("data-status") != "streaming":
        speak_long(page)
        second.goto(page.url)
    seen = words(page)
    server.kill()
    server.start()
    interrupted = finished(page, "interrupted")
    kept = words(page)
    rate = 600  # characters a second, more than the model writes here
    assert len(kept) >= len(seen) - 0.3 * rate
    assert letters(kept).startswith(letters(seen)[:-250])
    expect(interrupted).to_contain_text("interrupted")
    interrupted.get_by_role("button", name="Continue").click()
    expect(answer(second)).not_to_have_attribute("data-status", "interrupted")
    expect(answer(page)).to_have_attribute("data-status", re.compile("complete"), timeout=60_000)
    expect(answer(second)).to_have_attribute("data-status", "complete")
    assert letters(words(second)).startswith(letters(kept)[:60])
    for _ in range(50):  # the last words are drawn a moment after the end is known
        if words(second) == words(page):
            break
        page.wait_for_timeout(100)
    assert words(second) == words(page)

    # Ended in good order, in the middle of an answer.
    speak_long(page)
    before = words(page)
    assert server.stop() < 10
    rows = stored(tmp_path)
    assert rows[-1][1] == "interrupted"
    assert letters(rows[-1][0]).startswith(letters(before)[:60])


def letters(text: str) -> str:
    """A text without its markup."""
    return re.sub(r"[^a-z]", "", text.lower())


def stored(folder) -> list[tuple[str, str]]:
    """What the database has of the answers, as (content, status)."""
    with sqlite3.connect(folder / "data" / "ioverse.db") as database:
        return database.execute(
            "SELECT content, status FROM message WHERE role = 'assistant' ORDER BY id"
        ).fetchall()


def test_it_ends_within_ten_seconds_and_in_good_order(serve):
    server = serve()  # which waits for /health
    assert server.stop() < 10
    assert server.process.returncode == 0
