"""Everybody can use it: by keyboard alone, on any screen, and with what reads a page aloud."""

from __future__ import annotations

import re

import axe
import pytest
from people import PASSWORD, answer, ask, choose_model, finished, register
from playwright.sync_api import Page, expect
from test_chat_screen import settings_of, sideways

EVERYTHING = """# Everything

A [link](https://example.org), `code`, $x^2$, **bold**, ~~gone~~ and a note[^1].

| Name | Value |
| --- | ---: |
| One | 1 |

- [x] done
- [ ] open

$$\\int_0^1 x\\,dx = \\frac12$$

```python
def f(x):
    return "a string", 1  # and more
```

```mermaid
flowchart LR
  A[Ask] --> B[Answer]
```

```html
<h1>Tried</h1>
```

![chart](https://images.example/chart.png)

> A quote

[^1]: The note.
"""
# The name of what has the focus, and whether one sees that it has.
FOCUS = """() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    const opaque = (each) =>
        !each || (getComputedStyle(each).opacity > 0.9 && opaque(each.parentElement));
    const shown = element === document.body || element.matches(".composer-field, iframe");
    return [
        element.ariaLabel || element.textContent.trim().slice(0, 30),
        shown || (outlined && opaque(element)),
    ];
}"""
WIDTHS = (360, 390, 768, 1024, 1440, 1920)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_keeps_anybody_out(serve, visit, provider, scheme, width):
    server = serve(**settings_of(provider))
    page = visit(
        server.url,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    expect(page.get_by_role("link", name="Create account")).to_be_visible()
    fine(page, "/")
    page.goto(f"{server.url}/login")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    fine(page, "/login")
    page.goto(f"{server.url}/register")
    fine(page, "/register")
    register(page)
    fine(page, "an empty chat")
    choose_model(page, "compatible/echo")
    ask(page, EVERYTHING)
    last = finished(page)
    expect(last.locator(".text-diagram svg")).to_be_visible()
    last.get_by_role("button", name="Preview").click()
    expect(last.frame_locator("iframe").get_by_role("heading", name="Tried")).to_be_visible()
    fine(page, "an answer with everything")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search chats and actions")).to_be_focused()
    fine(page, "the palette")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    fine(page, "the shortcuts")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Parameters").click()
    expect(page.get_by_role("slider", name="Temperature")).to_be_visible()
    fine(page, "the parameters")
    page.keyboard.press("Escape")
    if width < 900:
        page.get_by_role("button", name="Open sidebar").click()
        fine(page, "the drawer")
    page.get_by_role("button", name="Account menu").click()
    fine(page, "the account menu")
    page.keyboard.press("Escape")
    if width < 900:  # Escape closes what is on top first, and the drawer with the next
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Open sidebar").click()
    page.get_by_role("button", name="Chat menu").focus()
    page.keyboard.press("Enter")
    fine(page, "the menu of a chat")
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    fine(page, "a question before something is lost")


def fine(page: Page, place: str) -> None:
    page.wait_for_timeout(200)
    assert axe.faults(page) == [], place
    moving = page.evaluate(
        "document.getAnimations().filter((each) => each.playState === 'running').length"
    )
    assert moving == 0, f"{place}: nothing moves for whoever asked for that"


def test_it_fits_every_screen(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/echo")
    ask(page, EVERYTHING)
    finished(page)
    expect(page.locator("meta[name=viewport]")).to_have_attribute(
        "content", re.compile("interactive-widget=resizes-content")
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(100)
        assert not sideways(page), width
        for name in ("Message", "Send"):
            role = "textbox" if name == "Message" else "button"
            expect(page.get_by_role(role, name=name)).to_be_in_viewport(ratio=1)

    # With the keyboard of a phone on the screen, half of the height is left.
    page.set_viewport_size({"width": 390, "height": 380})
    page.get_by_role("textbox", name="Message").fill("line\n" * 30)
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    box = page.get_by_role("textbox", name="Message").bounding_box()
    assert box is not None
    assert box["height"] <= 0.42 * 380, "it grows to two fifths of the height, and then scrolls"


def test_a_whole_day_by_keyboard(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register", reduced_motion="reduce")
    keys = page.keyboard
    expect(page.get_by_role("textbox", name="Username")).to_be_focused()
    for text in ("Ann", "ann@example.org", PASSWORD, PASSWORD):
        keys.type(text)
        keys.press("Tab")
    keys.press("Enter")
    message = page.get_by_role("textbox", name="Message")
    expect(message).to_be_focused()

    # Ask; Enter while letters are being composed sends nothing.
    choose(page, "Model", "compatible/0x80")
    message.focus()
    keys.type("First question")
    message.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"
    )
    expect(page.locator("article")).to_have_count(0)
    keys.press("Enter")
    finished(page)

    # The arrow upwards edits the last message; Escape leaves it; Enter sends the other words.
    expect(message).to_be_focused()
    keys.press("ArrowUp")
    edit = page.get_by_role("textbox", name="Edit message")
    expect(edit).to_be_focused()
    keys.press("Escape")
    expect(edit).to_be_hidden()
    expect(message).to_be_focused()
    keys.type("words")
    keys.press("ArrowUp")
    expect(edit).to_be_hidden()
    message.fill("")
    keys.press("ArrowUp")
    expect(edit).to_have_value("First question")
    keys.type(", in other words")
    keys.press("Enter")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    finished(page)
    expect(message).to_be_focused()

    # The buttons of a message are reached with Tab, and one sees where one is.
    press(page, "Regenerate")
    expect(page.get_by_text("2 of 2")).to_have_count(2)
    finished(page)
    press(page, "Previous version")
    expect(answer(page).get_by_text("1 of 2")).to_be_visible()
    press(page, "Good response")
    expect(answer(page).get_by_role("button", name="Good response")).to_have_attribute(
        "aria-pressed", "true"
    )
    seen_with_tab(page)

    # A chat is renamed, pinned and deleted through its menu.
    item(page, "Rename")
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    keys.press("Control+a")
    keys.type("A better name")
    keys.press("Enter")
    expect(page.get_by_role("link", name="A better name")).to_be_focused()
    item(page, "Pin")
    expect(page.get_by_role("region", name="Pinned")).to_be_visible()

    # The palette finds it, by letters in order too; what is done there is done at once.
    keys.press("Control+Shift+O")
    expect(page).to_have_url(f"{server.url}/chat")
    expect(message).to_be_focused()
    keys.press("Control+k")
    field = page.get_by_role("combobox", name="Search chats and actions")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="A better name")).to_have_attribute(
        "aria-selected", "true"
    )
    keys.type("btr nam")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("A better name")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/chat/.+"))
    expect(page.locator("article")).to_have_count(2)
    keys.press("Control+k")
    keys.type("dark")
    keys.press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    keys.press("Control+k")
    keys.type("zzzz")
    expect(page.get_by_text("Nothing is called that.")).to_be_visible()
    keys.press("Escape")
    expect(field).to_be_hidden()
    expect(message).to_be_focused()

    # `?` is a letter in a field, and elsewhere lists the keys.
    keys.type("?")
    expect(message).to_have_value("?")
    message.fill("")
    page.get_by_role("log", name="Conversation").focus()
    keys.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_contain_text("Edit the last message")
    keys.press("Escape")
    expect(page.get_by_role("log", name="Conversation")).to_be_focused()

    # Escape stops an answer; the last one is copied by its keys.
    choose(page, "Model", "compatible/20x8")
    message.focus()
    keys.type("Slowly")
    keys.press("Enter")
    expect(answer(page)).to_have_attribute("data-status", "streaming")
    expect(answer(page).locator(".message-text")).to_be_visible()
    keys.press("Escape")
    finished(page, "stopped")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keys.press("Control+Shift+C")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).length > 3")

    item(page, "Delete")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    keys.press("Tab")
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="A better name")).to_have_count(0)
    # It leads to the other pages too; the first person administers this one.
    for typed, address in (("budgets", "/admin"), ("passkeys", "/account"), ("results", "/search")):
        keys.press("Control+k")
        expect(field).to_be_focused()
        keys.type(typed)
        keys.press("Enter")
        expect(page).to_have_url(re.compile(f"{address}$"))
    keys.press("Control+k")
    expect(field).to_be_focused()
    keys.type("sign out")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/login"))


def choose(page: Page, name: str, value: str) -> None:
    """Find a model in the picker, with keys."""
    box = page.get_by_role("combobox", name=name)
    box.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Search models")).to_be_focused()
    page.keyboard.type(value.partition("/")[2])
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("data-value", value)


def press(page: Page, name: str) -> None:
    """Press a button of the last answer with a key."""
    button = answer(page).get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")


def item(page: Page, name: str) -> None:
    """Choose from the menu of the one chat, with keys."""
    page.get_by_role("button", name="Chat menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name=name, exact=True)).to_be_visible()
    for _ in range(12):
        page.wait_for_timeout(50)
        if name == page.evaluate("document.activeElement.textContent").strip():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def seen_with_tab(page: Page) -> None:
    """Go through the page with Tab: everything that gets the focus is seen, and shows that."""
    page.get_by_role("link", name="IOverse").focus()
    seen = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        name, shown = page.evaluate(FOCUS)
        assert shown, name
        if name in seen and "Message" in seen and len(seen) > 20:
            break
        seen.add(name)
    assert {"New chat", "Chat menu", "Account menu", "Message", "Copy", "Regenerate"} <= seen
