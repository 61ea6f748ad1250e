"""When something breaks: a sentence in its place, what was said is kept, and a way on."""

from __future__ import annotations

import pytest
from cable import Cable
from people import answer, ask, choose_model, finished, register
from playwright.sync_api import expect
from server import free_port


@pytest.fixture
def mocked(serve, aimock):
    """The app, with aimock as its provider."""
    return serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test", CONTINUATIONS="0")


def test_a_provider_that_fails_is_explained_in_place(mocked, visit):
    page = visit(f"{mocked.url}/register")
    register(page)

    ask(page, "Use the wrong key please: wrong key")
    failed = finished(page, "error")
    expect(failed.get_by_role("group", name="Problem")).to_contain_text("key")
    assert "sk-abcdefghijklmnop" not in page.content(), "a key is never shown"
    expect(failed.get_by_role("button", name="Continue")).to_have_count(0)
    failed.get_by_role("button", name="Try again").click()
    finished(page, "error")
    expect(page.locator("article[data-role=assistant]")).to_have_count(1)

    ask(page, "no credit")
    expect(finished(page, "error").get_by_role("group", name="Problem")).to_contain_text("credit")

    ask(page, "cut me short")
    cut = finished(page, "interrupted")
    expect(cut).to_contain_text("This sen")
    expect(cut.get_by_role("button", name="Continue")).to_be_visible()
    expect(cut.get_by_role("button", name="Try again")).to_be_visible()

    ask(page, "hang up on me")
    expect(finished(page, "interrupted").get_by_role("group", name="Problem")).to_be_visible()

    ask(page, "too long to finish")
    long = finished(page)
    expect(long.get_by_role("group", name="Problem")).to_contain_text("length")
    expect(long.get_by_role("button", name="Continue")).to_be_visible()

    ask(page, "forbidden")
    expect(finished(page, "error")).to_contain_text("content filter")
    expect(answer(page)).to_contain_text("I was going to")

    ask(page, "think first")
    thought = finished(page)
    expect(thought).to_contain_text("Hello after a thought.")
    thought.get_by_text("Reasoning").click()
    expect(thought).to_contain_text("Let me see. It is a greeting.")

    # All of it is there again after a reload.
    page.reload()
    expect(page.locator("article[data-role=assistant]")).to_have_count(7)
    assert [
        page.locator("article[data-role=assistant]").nth(i).get_attribute("data-status")
        for i in range(7)
    ] == ["error", "error", "interrupted", "interrupted", "complete", "error", "complete"]


def test_what_cannot_be_sent_stays_in_the_composer(mocked, visit):
    page = visit(f"{mocked.url}/register")
    register(page)
    message = page.get_by_role("textbox", name="Message")
    huge = "word " * 50_000
    message.fill(huge)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("200,000 is the most")
    expect(message).to_have_value(huge)
    ask(page, "slowly please")
    message.fill("And another one meanwhile")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("still being written")
    expect(message).to_have_value("And another one meanwhile")
    finished(page)


def test_a_connection_that_is_lost_comes_back_by_itself(serve, visit, provider):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", OPENAI_API_KEY="none")
    port = free_port()
    cable = Cable(port, int(server.url.rpartition(":")[2]))
    page = visit(f"http://localhost:{port}/register")
    register(page)
    choose_model(page, "compatible/50x12")
    ask(page, "Speak while the cable is out")
    expect(answer(page)).to_have_attribute("data-status", "streaming")
    expect(answer(page).get_by_role("heading").first).to_be_visible()
    cable.cut()
    expect(page.get_by_text("Connection lost. Trying again…")).to_be_visible()
    before = answer(page).inner_text()
    page.get_by_role("textbox", name="Message").fill("Typed in the meantime")
    page.wait_for_timeout(2000)
    assert answer(page).inner_text() == before
    cable.mend()
    expect(page.get_by_text("Connection lost. Trying again…")).to_be_hidden()
    page.wait_for_timeout(1500)
    after = answer(page).inner_text()
    assert len(after) > len(before) + 600, "what came meanwhile is here, and it goes on"
    assert "undefined" not in after
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Typed in the meantime")
    page.get_by_role("button", name="Stop").click()
    finished(page, "stopped")
    cable.close()


def test_the_server_goes_away_and_comes_back(serve, visit, provider):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", OPENAI_API_KEY="none")
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/50x12")
    ask(page, "Speak until the server stops")
    expect(answer(page).get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(1000)
    server.stop()
    expect(page.get_by_text("Connection lost. Trying again…")).to_be_visible()
    server.start()
    interrupted = finished(page, "interrupted")
    expect(page.get_by_text("Connection lost. Trying again…")).to_be_hidden()
    expect(interrupted).to_contain_text("What is measured here")
    interrupted.get_by_role("button", name="Try again").click()
    expect(answer(page)).to_have_attribute("data-status", "streaming")
    page.get_by_role("button", name="Stop").click()
    finished(page, "stopped")
