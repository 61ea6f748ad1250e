"""Exports on the screen: every format is a download from both menus, and a failure a sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from people import ask, choose_model, finished, register
from playwright.sync_api import Page, expect
from test_chat_screen import menu_of, settings_of

ENDINGS = {"PDF": "pdf", "Markdown": "md", "HTML": "html", "DOCX": "docx", "JSON": "json"}


def test_a_chat_is_taken_along_in_every_format(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
    choose_model(page, "compatible/0x80")
    ask(page, "Show me everything")
    finished(page)

    # From the header, each format; then one from the chat's own menu, with every version.
    files = {}
    for name, ending in ENDINGS.items():
        page.get_by_role("button", name="Export").click()
        files[name] = saved(page, name, tmp_path)
        assert files[name].name == f"Show me everything.{ending}"
    assert files["PDF"].read_bytes().startswith(b"%PDF-")
    assert files["DOCX"].read_bytes().startswith(b"PK")
    assert "## Ann, " in files["Markdown"].read_text("utf-8")
    assert len(json.loads(files["JSON"].read_bytes())["messages"]) == 2
    menu_of(page, "Show me everything").click()
    page.get_by_role("menuitem", name="Export").hover()
    page.get_by_role("menuitemcheckbox", name="With every version").click()
    assert "every version" in saved(page, "Markdown", tmp_path).read_text("utf-8")

    # The page that was saved is drawn with nothing from anywhere.
    asked: list[str] = []
    other = page.context.new_page()
    other.on("request", lambda request: asked.append(request.url))
    other.goto(files["HTML"].as_uri())
    expect(other.get_by_role("heading", name="What is measured here")).to_be_visible()
    expect(other.locator("math").first).to_be_visible()
    assert asked == [files["HTML"].as_uri()]
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # What goes wrong is said, and goes away.
    page.route("**/export?*", lambda route: route.abort())
    page.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="PDF").click()
    problem = page.get_by_role("status").filter(has_text="This chat could not be exported.")
    expect(problem).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("This chat could not be exported.")).to_have_count(0)


def test_many_chats_are_taken_along_at_once(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    for question in ("One", "Two", "Two"):
        page.get_by_role("button", name="New chat").click()
        expect(page.locator("article")).to_have_count(0)
        ask(page, question)
        finished(page)

    page.get_by_role("button", name="Select", exact=True).click()
    bar = page.get_by_role("group", name="Selected chats")
    expect(bar.get_by_role("button", name="Export")).to_be_disabled()
    for box in page.get_by_role("navigation", name="Chats").get_by_role("checkbox").all():
        box.check()
    zipped = page.get_by_role("region", name="Export")

    # PDFs take a moment: that is to be seen, also after a reload, and can be stopped.
    bar.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="PDF", exact=True).click()
    expect(zipped.get_by_text("Writing PDF files")).to_be_visible()
    expect(zipped.get_by_role("progressbar", name="Chats written")).to_be_visible()
    page.reload()
    expect(zipped.get_by_text("PDF")).to_be_visible()
    zipped.get_by_role("button", name="Cancel export").or_(
        zipped.get_by_role("button", name="Put away")
    ).click()
    expect(zipped).to_have_count(0)

    # The file is there until it is put away, also after a reload.
    page.get_by_role("button", name="Select", exact=True).click()
    for box in page.get_by_role("navigation", name="Chats").get_by_role("checkbox").all():
        box.check()
    bar.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Markdown", exact=True).click()
    expect(zipped.get_by_text("3 chats as Markdown")).to_be_visible()
    page.reload()
    with page.expect_download() as started:
        zipped.get_by_role("link", name="Download ZIP").click()
    path = tmp_path / "chats.zip"
    started.value.save_as(path)
    assert started.value.suggested_filename.startswith("ioverse chats 20")
    with zipfile.ZipFile(path) as file:
        assert set(file.namelist()) == {"Two.md", "Two (2).md", "One.md"}
        assert b"## Ann, " in file.read("One.md")
    zipped.get_by_role("button", name="Put away").click()
    expect(zipped).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Select", exact=True)).to_be_visible()
    expect(zipped).to_have_count(0)


def saved(page: Page, name: str, folder: Path) -> Path:
    """The file that choosing this format downloads."""
    with page.expect_download() as started:
        page.get_by_role("menuitem", name=name, exact=True).click()
    expect(page.get_by_role("menu")).to_have_count(0)
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path
