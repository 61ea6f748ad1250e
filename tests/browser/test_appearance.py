"""How the pages look: chosen in a dialog, there at once, and in whatever browser one signs in."""

from __future__ import annotations

import re

from people import PASSWORD, register
from playwright.sync_api import Page, expect

from ioverse_app.services import preferences

CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const bright = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, two) => {
    const [low, high] = [bright(one), bright(two)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const root = document.querySelector(".radix-themes");
  const probe = document.createElement("i");
  root.append(probe);
  const of = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = [
    ["accent-contrast", "accent-9"],
    ["accent-contrast", "accent-10"],
    ["accent-11", "color-background"],
    ["accent-11", "gray-2"],
  ].map(([text, ground]) => contrast(of(text), of(ground)));
  probe.remove();
  return found;
}
"""


def root(page: Page):
    return page.locator("html")


def open_dialog(page: Page):
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Appearance").click()
    dialog = page.get_by_role("dialog", name="Appearance")
    expect(dialog).to_be_visible()
    return dialog


def test_what_is_chosen_is_there_at_once_and_everywhere(serve, visit):
    server = serve()
    page = visit(f"{server.url}/register", color_scheme="light")
    register(page)
    tab = page.context.new_page()
    tab.goto(f"{server.url}/chat")
    page.bring_to_front()
    dialog = open_dialog(page)
    dialog.get_by_role("radio", name="Dark").check()
    expect(root(page)).to_have_class(re.compile("dark"))
    dialog.get_by_role("radio", name="Plum").check()
    expect(root(page)).to_have_attribute("data-accent", "plum")
    size = dialog.get_by_role("slider", name="Font size")
    size.press("ArrowRight")
    size.press("ArrowRight")
    expect(dialog.get_by_text("18 px")).to_be_visible()
    expect(page.locator(".composer-field")).to_have_css("font-size", "18px")
    dialog.get_by_role("radio", name="Compact").check()
    dialog.get_by_role("radio", name="Reduced").check()
    expect(root(page)).to_have_attribute("data-motion", "reduce")

    # The other tab of this browser follows; Escape puts the dialog away and the focus back.
    expect(root(tab)).to_have_attribute("data-accent", "plum")
    expect(root(tab)).to_have_class(re.compile("dark"))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Account menu")).to_be_focused()

    # It is there before anything is drawn, also at the door, and stays.
    for path in ("/chat", "/"):
        page.goto(f"{server.url}{path}", wait_until="commit")
        page.wait_for_selector("body", state="attached")
        assert page.evaluate("document.documentElement.dataset.accent") == "plum"
    page.goto(f"{server.url}/chat")
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    page.wait_for_timeout(500)
    expect(root(page)).to_have_attribute("data-density", "compact")

    # Another browser has it as soon as one signs in there.
    elsewhere = visit(f"{server.url}/login?next=/chat", color_scheme="light")
    expect(root(elsewhere)).not_to_have_attribute("data-accent", "plum")
    elsewhere.get_by_role("textbox", name="Email or username").fill("ann@example.org")
    elsewhere.get_by_role("textbox", name="Password").fill(PASSWORD)
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(root(elsewhere)).to_have_attribute("data-accent", "plum")
    expect(root(elsewhere)).to_have_class(re.compile("dark"))
    expect(elsewhere.get_by_role("textbox", name="Message")).to_have_css("font-size", "18px")

    # The defaults bring it all back, and a theme can still be chosen in the menu.
    open_dialog(elsewhere).get_by_role("button", name="Use the defaults").click()
    expect(root(elsewhere)).to_have_attribute("data-accent", "iris")
    expect(root(elsewhere)).to_have_class(re.compile("light"))
    elsewhere.keyboard.press("Escape")
    elsewhere.get_by_role("button", name="Account menu").click()
    elsewhere.get_by_role("menuitem", name="Dark").click()
    expect(root(elsewhere)).to_have_class(re.compile("dark"))
    elsewhere.wait_for_timeout(500)
    page.reload()
    expect(root(page)).to_have_attribute("data-accent", "iris")
    expect(root(page)).to_have_class(re.compile("dark"))


def test_every_accent_can_be_read(serve, visit):
    server = serve()
    page = visit(server.url)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    for theme in ("light", "dark"):
        page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
        page.reload()
        expect(root(page)).to_have_class(re.compile(theme))
        for accent in preferences.ACCENTS:
            page.evaluate("accent => ioverseAppearance.write({accent})", accent)
            contrasts = page.evaluate(CONTRAST)
            assert min(contrasts) >= 4.5, (theme, accent, contrasts)
