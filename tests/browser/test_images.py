"""Text to image as people use it, from the prompt to the ZIP, and what goes wrong."""

from __future__ import annotations

import asyncio
import re
import threading
import zipfile
from collections.abc import Iterator

import pytest
from axe import faults
from painter import Painter
from painter import painter as running_painter
from people import register
from playwright.sync_api import Locator, Page, expect
from test_search import shot


@pytest.fixture
def painter() -> Iterator[Painter]:
    """The provider of images, in a thread of its own: Playwright has the loop of this one."""
    loop = asyncio.new_event_loop()
    over = asyncio.Event()
    ready: list[Painter] = []
    up = threading.Event()

    async def run() -> None:
        async with running_painter() as painter:
            ready.append(painter)
            up.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert up.wait(10)
    ready[0].go.set_soon = lambda: loop.call_soon_threadsafe(ready[0].go.set)  # type: ignore[attr-defined]
    yield ready[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(10)


def let_go(painter: Painter) -> None:
    """Let the provider finish what it holds back."""
    painter.go.set_soon()  # type: ignore[attr-defined]


def settings_of(painter: Painter) -> dict[str, str]:
    return {"OPENAI_BASE_URL": painter.url, "OPENAI_API_KEY": "none"}


def choose(page: Page, model: str) -> None:
    page.get_by_role("combobox", name="Model", exact=True).click()
    page.get_by_role("option", name=re.compile(model)).click()


def generate(page: Page, prompt: str) -> Locator:
    """Ask for images; the card of the request."""
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.get_by_role("button", name="Generate").click()
    card = page.locator(".image-card").filter(has_text=prompt).first
    expect(card).to_be_visible()
    return card


def gallery(page: Page) -> Locator:
    return page.get_by_role("region", name="Gallery")


def test_from_a_prompt_to_the_zip(serve, visit, painter, tmp_path):
    server = serve(**settings_of(painter))
    page = visit(f"{server.url}/register")
    register(page)
    page.get_by_role("navigation", name="Chats").get_by_role("link", name="Images").click()
    expect(page).to_have_url(f"{server.url}/images")
    expect(page.get_by_text("Images that you save are kept here.")).to_be_visible()
    shot(page, "images-empty")

    # Each model has its controls; what it does not take is disabled, with the reason.
    choose(page, "dall-e-3")
    number = page.get_by_role("combobox", name="Number of images")
    expect(number).to_be_disabled()
    expect(number).to_have_accessible_description("dall-e-3 makes one image at a time.")
    expect(page.get_by_text("0 of 4,000")).to_be_visible()
    page.get_by_text("More settings").click()
    expect(page.get_by_role("combobox", name="Style")).to_be_enabled()
    shot(page, "images-settings")
    choose(page, "gpt-image-2")
    size = page.get_by_role("combobox", name="Size", exact=True)
    size.select_option("own")
    own = page.get_by_role("textbox", name="Size, width x height")
    own.fill("1000x1000")
    own.blur()
    expect(page.get_by_role("alert")).to_have_text("Width and height are multiples of 16.")
    size.select_option("1024x1024")
    size.focus()
    size.blur()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_text("More settings").click()

    # It goes on while the page is loaded again, and another page shows the same.
    number.select_option("2")
    card = generate(page, "slow red fox in the snow")
    expect(card.get_by_alt_text("How the image looks so far")).to_have_count(2)
    expect(card.get_by_role("button", name="Cancel")).to_be_visible()
    shot(page, "images-generating")
    page.reload()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("slow red fox in the snow")
    expect(number).to_have_value("2")
    expect(card.get_by_alt_text("How the image looks so far")).to_have_count(2)
    other = page.context.new_page()
    other.goto(f"{server.url}/images")
    expect(other.locator(".image-coming img")).to_have_count(2)
    let_go(painter)
    expect(card.locator(".thumbnail img[data-there=true]")).to_have_count(2)
    expect(other.locator(".image-result")).to_have_count(2)

    # Saved here, it is in the gallery there; discarded here, it is gone there, until undone.
    card.get_by_role("button", name="Save").first.click()
    expect(gallery(other).locator("li")).to_have_count(1, timeout=4_000)
    card.get_by_role("button", name="Discard").click()
    expect(other.locator(".image-result")).to_have_count(1, timeout=4_000)
    page.get_by_role("button", name="Undo").click()
    expect(card.locator(".image-result")).to_have_count(2)
    with page.expect_download() as download:
        card.get_by_role("button", name="Download").first.click()
    assert download.value.suggested_filename == "slow-red-fox-in-the-snow.png"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name="Copy").first.click()
    kinds = "navigator.clipboard.read().then((all) => all[0].types)"
    expect(card.locator("[data-copied]")).to_have_count(1)
    assert page.evaluate(kinds) == ["image/png"]

    # Shared, reused, varied.
    card.get_by_role("button", name="Share").first.click()
    dialog = page.get_by_role("dialog", name="Share image")
    dialog.get_by_role("button", name="Create link").click()
    address = dialog.get_by_role("textbox", name="Share link").input_value()
    assert address.startswith(server.url)
    dialog.get_by_role("button", name="Done").click()
    assert visit(address).locator("img").count() == 1
    page.get_by_role("textbox", name="Prompt").fill("Something else")
    number.select_option("1")
    card.get_by_role("button", name="Reuse").first.click()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("slow red fox in the snow")
    expect(number).to_have_value("2")
    card.get_by_role("button", name="Variations").first.click()
    expect(page.locator(".image-card")).to_have_count(2)
    expect(page.locator(".image-result")).to_have_count(3)

    # Edited, where a mask was painted.
    card.get_by_role("button", name="Edit").first.click()
    edited = page.get_by_role("region", name="Images to edit")
    edited.get_by_role("button", name="Paint a mask").click()
    canvas = page.get_by_role("img", name="Mask")
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4, steps=6)
    page.mouse.up()
    shot(page, "images-mask")
    page.get_by_role("button", name="Use this mask").click()
    expect(edited).to_contain_text("where you painted")
    number.select_option("1")
    shot(page, "images-edit")
    generate(page, "Put a hat on it")
    expect(page.locator(".image-card").first.locator(".image-result")).to_have_count(1)
    assert len(painter.files[-1]) == 2
    edited.get_by_role("button", name="Do not edit this image").click()

    # The gallery: searched, opened, chosen, deleted, brought back, taken away.
    for button in range(3):
        page.get_by_role("button", name="Save", exact=True).first.click()
        expect(gallery(page).locator("li")).to_have_count(button + 2)
    shot(page, "images-full")
    search = page.get_by_role("searchbox", name="Search prompts")
    search.fill("hat")
    expect(gallery(page).locator("li")).to_have_count(1)
    search.fill("zebra")
    expect(gallery(page)).to_contain_text("No saved image matches.")
    search.fill("")
    expect(gallery(page).locator("li")).to_have_count(4)
    gallery(page).get_by_role("button", name="Show Put a hat on it").click()
    expect(page).to_have_url(re.compile("/images/[0-9a-f]{32}$"))
    viewer = page.get_by_role("dialog", name="Image")
    expect(viewer.get_by_role("complementary", name="Details")).to_contain_text("64 × 48")
    viewer.get_by_role("button", name="Zoom in").click()
    expect(viewer.get_by_label("Zoom", exact=True)).to_have_text("150%")
    shot(page, "images-viewer")
    page.reload()
    expect(viewer.get_by_role("complementary", name="Details")).to_contain_text("Put a hat on it")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 of 4")
    assert not faults(page)
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(page).to_have_url(f"{server.url}/images")
    gallery(page).get_by_role("button", name="Select").click()
    for at in range(2):
        gallery(page).get_by_role("checkbox").nth(at).check()
    shot(page, "images-choosing")
    with page.expect_download() as download:
        gallery(page).get_by_role("button", name="Download ZIP").click()
    download.value.save_as(tmp_path / "images.zip")
    names = zipfile.ZipFile(tmp_path / "images.zip").namelist()
    assert len([name for name in names if name.endswith(".png")]) == 2
    gallery(page).get_by_role("button", name="Delete").click()
    expect(gallery(page).locator("li")).to_have_count(2)
    expect(gallery(other).locator("li")).to_have_count(2, timeout=4_000)
    page.get_by_role("button", name="Undo").click()
    expect(gallery(page).locator("li")).to_have_count(4)
    assert not faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "images-small")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    gallery(page).get_by_role("button", name="Show Put a hat on it").click()
    expect(viewer.get_by_role("complementary", name="Details")).to_contain_text("64 × 48")
    shot(page, "images-viewer-small")


def test_what_goes_wrong_is_said_and_kept(serve, visit, painter):
    server = serve(**settings_of(painter))
    page = visit(f"{server.url}/register", viewport={"width": 390, "height": 844})
    register(page)
    page.goto(f"{server.url}/images")
    prompt = page.get_by_role("textbox", name="Prompt")
    expect(page.get_by_role("combobox", name="Size")).to_be_visible()
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_have_text("Write what the image should show.")
    expect(prompt).to_be_focused()
    choose(page, "dall-e-2")
    prompt.fill("a" * 1001)
    expect(page.get_by_text("1,001 of 1,000")).to_be_visible()
    prompt.blur()
    expect(page.get_by_role("alert")).to_contain_text("takes 1,000 at most")

    # Refused by the provider: a sentence, and the prompt is still there, also later.
    card = generate(page, "moderation would refuse this")
    expect(card.get_by_role("alert")).to_be_visible()
    expect(prompt).to_have_value("moderation would refuse this")
    shot(page, "images-failed-small")
    page.reload()
    expect(card.get_by_role("alert")).to_be_visible()
    prompt.fill("Other words")
    card.get_by_role("button", name="Edit prompt").click()
    expect(prompt).to_have_value("moderation would refuse this")
    first = page.locator(f'.image-card[data-run="{card.get_attribute("data-run")}"]')
    card.get_by_role("button", name="Try again").click()
    expect(first).to_have_count(0)
    expect(card.get_by_role("alert")).to_be_visible()
    expect(page.locator(".image-card")).to_have_count(1)
    assert len(painter.asked) == 2
    card.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".image-card")).to_have_count(0)
    page.reload()
    expect(prompt).to_have_value("moderation would refuse this")
    expect(page.locator(".image-gallery .image-empty")).to_be_visible()
    expect(page.locator(".image-card")).to_have_count(0)

    # Some of several came; one is stopped.
    page.get_by_role("combobox", name="Number of images").select_option("2")
    half = generate(page, "half of these are broken")
    expect(half.locator(".image-result")).to_have_count(1)
    expect(half.get_by_role("alert")).to_be_visible()
    slow = generate(page, "slow and then stopped")
    expect(slow).to_contain_text(re.compile("[12] s"))
    slow.get_by_role("button", name="Cancel").click()
    expect(slow).to_contain_text("You stopped this.")
    page.set_viewport_size({"width": 1440, "height": 900})
    shot(page, "images-failed")
    assert not faults(page)
    page.goto(f"{server.url}/images/{'0' * 32}")
    expect(page.get_by_role("alert").filter(has_text="This image is not there.")).to_be_visible()


def test_without_a_model_for_images_it_says_what_to_connect(serve, visit, provider):
    server = serve(OPENAI_BASE_URL=f"{provider.url}/v1", OPENAI_API_KEY="none")
    page = visit(f"{server.url}/register")
    register(page)
    page.goto(f"{server.url}/images")
    link = page.get_by_role("link", name="Connect a provider")
    expect(link).to_have_attribute("href", "/admin/providers")
    expect(page.get_by_role("button", name="Generate")).to_have_count(0)
    shot(page, "images-unconnected")
    assert not faults(page)
