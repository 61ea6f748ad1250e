"""Exports on the screen: every format is a download from both menus, and a failure a sentence."""

from __future__ import annotations

import json
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


def saved(page: Page, name: str, folder: Path) -> Path:
    """The file that choosing this format downloads."""
    with page.expect_download() as started:
        page.get_by_role("menuitem", name=name, exact=True).click()
    expect(page.get_by_role("menu")).to_have_count(0)
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path
