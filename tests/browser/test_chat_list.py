"""The list of chats, as people keep it: pinned, put away, chosen by the handful, brought back."""

from __future__ import annotations

from datetime import timedelta

from people import ask, choose_model, finished, register
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, text
from test_chat_screen import menu_of, settings_of

from ioverse_app.tables import new_id, now


def titles(page: Page):
    return page.get_by_role("navigation", name="Chats").locator(".chat-row a")


def act(page: Page, title: str, name: str) -> None:
    menu_of(page, title).click()
    page.get_by_role("menuitem", name=name, exact=True).click()


def new_chat(page: Page, question: str) -> None:
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("article")).to_have_count(0)
    ask(page, question)
    finished(page)


def test_pin_archive_select_and_undo(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    other = page.context.new_page()
    other.goto(f"{server.url}/chat")
    expect(other.get_by_text("Your chats will be listed here.")).to_be_visible()
    page.bring_to_front()
    for name in ("One", "Two", "Three"):
        new_chat(page, name)
    expect(titles(page)).to_have_text(["Three", "Two", "One"])
    expect(page.get_by_role("region", name="Today").get_by_role("link")).to_have_count(3)

    # Pinned chats come first, in every tab, and after a reload.
    act(page, "One", "Pin")
    for each in (page, other):
        expect(titles(each)).to_have_text(["One", "Three", "Two"])
        expect(each.get_by_role("region", name="Pinned").get_by_role("link")).to_have_text(["One"])
    page.reload()
    expect(titles(page)).to_have_text(["One", "Three", "Two"])
    act(other, "One", "Unpin")
    for each in (page, other):
        expect(titles(each)).to_have_text(["Three", "Two", "One"])

    # What is archived leaves the list, can still be read, and comes back.
    act(page, "Two", "Archive")
    expect(page.get_by_role("status").filter(has_text="Chat archived.")).to_be_visible()
    for each in (page, other):
        expect(titles(each)).to_have_text(["Three", "One"])
    other.get_by_role("button", name="Archived chats").click()
    expect(titles(other)).to_have_text(["Two"])
    other.get_by_role("link", name="Two").click()
    expect(other.locator("article[data-role=user]")).to_contain_text("Two")
    act(other, "Two", "Unarchive")
    expect(other.get_by_text("Chats that you archive are kept here.")).to_be_visible()
    other.get_by_role("button", name="Back to chats").click()
    for each in (page, other):
        expect(titles(each)).to_have_text(["Three", "Two", "One"])

    # Two are chosen and deleted with one question; the open one is left; Undo brings both back.
    page.get_by_role("button", name="Select", exact=True).click()
    chosen = page.get_by_role("group", name="Selected chats")
    expect(chosen.get_by_role("button", name="Delete")).to_be_disabled()
    page.get_by_role("checkbox", name="Three").check()
    page.get_by_role("checkbox", name="One").check()
    expect(chosen).to_contain_text("2 selected")
    chosen.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("2 chats will be taken off your list.")
    dialog.get_by_role("button", name="Delete").click()
    expect(chosen).to_be_hidden()
    for each in (page, other):
        expect(titles(each)).to_have_text(["Two"])
    expect(page).to_have_url(f"{server.url}/chat")
    page.get_by_role("button", name="Undo").click()
    for each in (page, other):
        expect(titles(each)).to_have_text(["Three", "Two", "One"])

    # The same with Archive; Done ends choosing without doing anything.
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Two").check()
    page.get_by_role("button", name="Done").click()
    expect(titles(page)).to_have_text(["Three", "Two", "One"])
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Two").check()
    page.get_by_role("checkbox", name="One").check()
    chosen.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("2 chats archived.")).to_be_visible()
    expect(titles(other)).to_have_text(["Three"])
    page.get_by_role("button", name="Undo").click()
    expect(titles(other)).to_have_text(["Three", "Two", "One"])


def test_ten_thousand_chats_come_by_pages(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    add_chats(tmp_path, 10_000)
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: sent.append(len(f))))
    page.reload()
    expect(titles(page).first).to_have_text("Chat 0")
    expect(page.get_by_role("region", name="Yesterday")).to_be_attached()
    at_first = titles(page).count()
    assert at_first <= 200, "only what is in view, and a page behind it"
    for _ in range(4):
        before = titles(page).count()
        page.locator(".chat-list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
        expect(titles(page).nth(before)).to_be_attached()
    loaded = titles(page).count()

    # A change costs one line, however many there are, and keeps the place in the list.
    page.wait_for_timeout(300)
    sent.clear()
    page.locator(".chat-list").evaluate("list => list.scrollTo(0, 0)")
    act(page, "Chat 40", "Pin")
    expect(titles(page).first).to_have_text("Chat 40")
    assert titles(page).count() == loaded
    page.wait_for_timeout(300)
    assert sum(sent) < 2000, sent


def add_chats(folder, count: int) -> None:
    """Chats of the one person that there is, an hour apart, as if they had been there for long."""
    database = folder / "data" / "ioverse.db"
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        columns = {row[1] for row in connection.execute(text("PRAGMA table_info(conversation)"))}
        owner = connection.execute(text("SELECT id FROM user")).scalar_one()
        rows = []
        for i in range(count):
            moment = (now() - timedelta(hours=i)).replace(tzinfo=None).isoformat(" ")
            row = {"id": new_id(), "owner_id": owner, "title": f"Chat {i}", "active_at": moment}
            row |= {"created_at": moment, "updated_at": moment, "parameters": "{}"}
            rows.append({name: value for name, value in row.items() if name in columns})
        names = ", ".join(rows[0])
        values = ", ".join(f":{name}" for name in rows[0])
        connection.execute(text(f"INSERT INTO conversation ({names}) VALUES ({values})"), rows)
    engine.dispose()
