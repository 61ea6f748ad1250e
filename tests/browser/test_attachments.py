"""Files beside a message: chosen, pasted, dropped, refused, sent, looked at, edited."""

from __future__ import annotations

from base64 import b64encode

import files
from people import answer, choose_model, finished, register
from playwright.sync_api import Page, expect

SEES, BLIND = "compatible/gpt-4o", "compatible/gpt-4"

HOLD = """([event, name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, { type }));
  const options = { bubbles: true, cancelable: true };
  const target = document.querySelector("textarea");
  target.dispatchEvent(event === "paste"
    ? new ClipboardEvent(event, { ...options, clipboardData: held })
    : new DragEvent(event, { ...options, dataTransfer: held }));
}"""


def hold(page: Page, event: str, name: str, kind: str, data: bytes) -> None:
    """Paste a file into the page, or hold it over it, or drop it."""
    page.evaluate(HOLD, [event, name, kind, b64encode(data).decode()])


def choose(page: Page, *chosen: tuple[str, bytes]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(
        [{"name": name, "mimeType": "", "buffer": data} for name, data in chosen]
    )


def test_files_go_with_a_message(serve, visit, aimock):
    server = serve(
        OPENAI_BASE_URL=aimock.url,
        OPENAI_API_KEY="sk-test",
        ATTACHMENT_MAX_MB="0.2",
        ATTACHMENTS_PER_MESSAGE="4",
    )
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, BLIND)
    waiting = page.get_by_role("list", name="Attached files")
    ready = waiting.locator("[data-state=ready]")

    # Chosen, pasted and dropped; what is not taken says why, and can be put away.
    choose(page, ("photo.jpg", files.photo(400, 300)), ("report.pdf", files.pdf("Sales rose.")))
    expect(ready).to_have_count(2)
    expect(ready.nth(1)).to_contain_text("PDF · ")
    hold(page, "paste", "image.png", "image/png", files.png(300, 200))
    expect(ready).to_have_count(3)
    expect(ready.nth(2)).to_contain_text("Pasted picture.png")
    hold(page, "dragover", "lie.png", "image/png", b"x")
    expect(page.get_by_text("Drop files to attach them")).to_be_visible()
    hold(page, "drop", "lie.png", "image/png", b"Only text")
    expect(page.get_by_text("Drop files to attach them")).to_have_count(0)
    expect(waiting.get_by_role("alert")).to_contain_text("is called a picture, but it is text")
    waiting.get_by_role("button", name="Remove lie.png").click()
    choose(page, ("large.txt", b"x" * 300_000))
    expect(waiting.get_by_role("alert")).to_contain_text("larger than 205 KB")
    waiting.get_by_role("button", name="Remove large.txt").click()
    choose(page, ("a.txt", b"A"), ("b.txt", b"B"))
    expect(waiting.get_by_role("alert")).to_contain_text("At most 4 files go with a message")
    waiting.get_by_role("button", name="Remove b.txt").click()
    waiting.get_by_role("button", name="Remove a.txt").click()
    expect(waiting.locator("li")).to_have_count(3)

    # They survive a reload; a model that cannot see pictures refuses them and loses nothing.
    page.reload()
    expect(ready).to_have_count(3)
    choose_model(page, BLIND)
    field = page.get_by_role("textbox", name="Message")
    field.fill("What is on these?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot see pictures")
    expect(field).to_have_value("What is on these?")
    expect(ready).to_have_count(3)
    expect(page.locator("article")).to_have_count(0)
    choose_model(page, SEES)
    page.get_by_role("button", name="Send").click()
    finished(page)
    expect(waiting).to_have_count(0)
    question = page.locator("article[data-role=user]").last
    expect(question.get_by_role("link", name="Download report.pdf")).to_be_visible()
    expect(question.get_by_role("img", name="photo.jpg")).to_be_visible()

    # After a reload as well: a picture is looked at, and a document is downloaded.
    page.reload()
    expect(question.get_by_role("button", name="Show photo.jpg")).to_be_visible()
    question.get_by_role("button", name="Show photo.jpg").press("Enter")
    shown = page.get_by_role("dialog", name="photo.jpg")
    expect(shown.get_by_role("img")).to_be_visible()
    width = shown.get_by_role("img").evaluate("image => image.naturalWidth")
    assert width == 300, "it stands upright"
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(question.get_by_role("button", name="Show photo.jpg")).to_be_focused()
    with page.expect_download() as download:
        question.get_by_role("link", name="Download report.pdf").click()
    assert download.value.suggested_filename == "report.pdf"

    # Edited, it keeps them but for those that are left out. Then a message of files alone.
    question.hover()
    question.get_by_role("button", name="Edit").click()
    kept = page.get_by_role("list", name="Files of this message")
    expect(kept.locator("li")).to_have_count(3)
    kept.get_by_role("button", name="Remove photo.jpg").click()
    page.get_by_role("textbox", name="Edit message").fill("And now?")
    page.get_by_role("button", name="Save and send").click()
    expect(question).to_contain_text("2 of 2")
    finished(page)
    expect(question.get_by_role("img")).to_have_count(1)
    expect(question.get_by_role("link", name="Download report.pdf")).to_be_visible()
    choose(page, ("table.csv", b"a,b\n1,2\n"))
    field.press("Enter")  # at once: it is sent as soon as the file is there
    expect(page.locator("article[data-role=user]")).to_have_count(2)
    expect(question.get_by_role("link", name="Download table.csv")).to_be_visible()
    finished(page)
    expect(answer(page)).to_contain_text("Hello from aimock")
