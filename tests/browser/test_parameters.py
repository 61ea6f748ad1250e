"""The panel of parameters: what is set there is what is sent, and it comes back with the chat."""

from __future__ import annotations

import re

from people import ask, choose_model, finished, register
from playwright.sync_api import Page, expect

from ioverse_app.services import titles


def sent(aimock) -> dict:
    """What the provider was last asked, but for titles."""
    bodies = [entry["body"] for entry in aimock.journal() if entry["path"].endswith("completions")]
    return [body for body in bodies if body["messages"][0]["content"] != titles.PROMPT][-1]


def test_what_is_set_is_what_is_sent(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/gpt-4o")

    # On the empty screen, by the keyboard alone.
    page.get_by_role("button", name="Parameters").press("Enter")
    panel = page.get_by_role("dialog", name="Parameters")
    expect(panel).to_be_focused()
    temperature = panel.get_by_role("slider", name="Temperature")
    expect(temperature).to_have_accessible_description(re.compile("sober"))
    expect(panel.get_by_text("1 (default)").first).to_be_visible()
    temperature.press("ArrowLeft")
    temperature.press("ArrowLeft")
    expect(panel.get_by_text("0.8", exact=True)).to_be_visible()
    panel.get_by_role("spinbutton", name="Output length").fill("100")
    panel.get_by_role("textbox", name="System prompt").fill("Answer in rhymes.")
    panel.get_by_role("textbox", name="Stop sequences").fill("END\nSTOP")
    expect(panel.get_by_role("slider", name="Repetition penalty")).to_have_count(0)
    ask(page, "Hello there")
    finished(page)
    first = sent(aimock)
    assert (first["temperature"], first["max_tokens"], first["stop"]) == (0.8, 100, ["END", "STOP"])
    assert first["messages"][0]["content"] == "Answer in rhymes."
    assert not {"top_p", "seed", "frequency_penalty", "repetition_penalty"} & first.keys()

    # It is kept with the chat, and no other chat has it.
    expect(page).to_have_url(re.compile("/chat/."))
    expect(panel.get_by_role("spinbutton", name="Output length")).to_have_value("100")
    page.reload()
    expect(temperature).to_have_value("0.8")
    page.get_by_role("button", name="New chat").click()
    expect(panel.get_by_text("1 (default)").first).to_be_visible()
    expect(panel.get_by_role("textbox", name="System prompt")).to_have_value("")
    page.get_by_role("link", name="Hello").click()
    expect(temperature).to_have_value("0.8")

    # What cannot be is refused with a sentence, and what was typed stays.
    seed = panel.get_by_role("spinbutton", name="Seed")
    seed.fill("-4")
    seed.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("Seed is a whole number from 0")
    expect(seed).to_have_value("-4")
    seed.fill("4")
    seed.press("Tab")
    expect(panel.get_by_role("alert")).to_have_count(0)

    # One default back, then all; Escape puts the panel away and gives the focus back.
    row = panel.locator(".parameter", has=page.get_by_role("slider", name="Temperature"))
    row.get_by_role("button", name="Use default").click()
    expect(temperature).to_have_value("1")
    ask(page, "Again")
    finished(page)
    again = sent(aimock)
    assert (again["seed"], again["max_tokens"]) == (4, 100)
    assert "temperature" not in again
    panel.get_by_role("button", name="Reset", exact=True).click()
    expect(panel.get_by_role("textbox", name="System prompt")).to_have_value("")
    expect(seed).to_have_value("")
    panel.get_by_role("spinbutton", name="Seed").press("Escape")
    expect(panel).to_have_count(0)
    ask(page, "And again")
    finished(page)
    assert not {"seed", "max_tokens", "stop", "temperature"} & sent(aimock).keys()


def test_the_panel_shows_what_the_chosen_model_takes(serve, visit, provider):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", EMBEDDED_MODEL="small")
    page = visit(f"{server.url}/register", viewport={"width": 390, "height": 844}, has_touch=True)
    register(page)
    choose_model(page, "compatible/0x80")
    page.get_by_role("button", name="Parameters").click()
    panel = page.get_by_role("dialog", name="Parameters")
    expect(panel.get_by_role("slider", name="Top P")).to_be_visible()
    expect(panel.get_by_role("slider", name="Repetition penalty")).to_have_count(0)
    assert not sideways(page)
    assert round(panel.bounding_box()["width"]) == 390
    panel.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Parameters")).to_be_focused()
    choose_model(page, "embedded/smollm2-135m")
    page.get_by_role("button", name="Parameters").click()
    expect(panel.get_by_role("slider", name="Repetition penalty")).to_have_value("1.15")
    expect(panel.get_by_text("0.2 (default)")).to_be_visible()


def sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
