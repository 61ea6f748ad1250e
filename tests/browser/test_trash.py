"""What is deleted can be brought back or is gone; what is temporary leaves nothing; drafts stay."""

from __future__ import annotations

from people import PASSWORD, ask, choose_model, finished, register
from playwright.sync_api import expect
from sqlalchemy import create_engine, text
from test_chat_list import act, titles
from test_chat_screen import settings_of


def rows(folder, query: str):
    """What the database answers; a statement that changes something is committed."""
    engine = create_engine(f"sqlite:///{folder / 'data' / 'ioverse.db'}")
    with engine.begin() as connection:
        found = connection.execute(text(query))
        answer = found.all() if found.returns_rows else found.rowcount
    engine.dispose()
    return answer


def confirm(page) -> None:
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alertdialog")).to_be_hidden()


def new_chat(page, question: str) -> None:
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("article")).to_have_count(0)
    ask(page, question)
    finished(page)


def test_the_trash(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    other = page.context.new_page()
    other.goto(f"{server.url}/chat")
    page.bring_to_front()
    page.get_by_role("button", name="Trash").click()
    expect(page.get_by_text("Deleted chats are kept here for 30 days.")).to_be_visible()
    page.get_by_role("button", name="Back to chats").click()
    for name in ("One", "Two", "Three", "Four", "Five"):
        new_chat(page, name)
    act(page, "Five", "Delete")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("“Five” will be taken off your list.")
    expect(dialog).to_contain_text("for 30 days")
    confirm(page)
    expect(page).to_have_url(f"{server.url}/chat")
    for name in ("Four", "Three", "Two"):
        act(page, name, "Delete")
        confirm(page)
        expect(titles(page).filter(has_text=name)).to_have_count(0)
    rows(
        tmp_path,
        "UPDATE conversation SET deleted_at = datetime('now', '-11.5 days') WHERE title = 'Two'",
    )

    # The trash has them in both tabs, the last one first, with the days that are left.
    lines = page.locator(".chat-row .deleted")
    there = other.locator(".chat-row .deleted")
    for each, found in ((page, lines), (other, there)):
        each.get_by_role("button", name="Trash").click()
        expect(found).to_have_text(
            ["Three30 days left", "Four30 days left", "Five30 days left", "Two19 days left"]
        )

    # One comes back to where it was; it can be read again.
    row = page.locator(".chat-row", has_text="Three")
    row.hover()
    row.get_by_role("button", name="Chat menu").click()
    page.get_by_role("menuitem", name="Restore").click()
    expect(page.get_by_text("Chat restored.")).to_be_visible()
    expect(lines).to_have_count(3)
    expect(there).to_have_count(3)
    other.get_by_role("button", name="Back to chats").click()
    expect(titles(other)).to_have_text(["Three", "One"])
    other.get_by_role("link", name="Three").click()
    expect(other.locator("article[data-role=user]")).to_contain_text("Three")

    # One is deleted for good, after a question that can be answered with no.
    row = page.locator(".chat-row", has_text="Four")
    for answer in ("Cancel", "Delete"):
        row.hover()
        row.get_by_role("button", name="Chat menu").click()
        page.get_by_role("menuitem", name="Delete for good").click()
        expect(dialog).to_contain_text("“Four” will be deleted with everything in it.")
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
        expect(lines).to_have_count(3 if answer == "Cancel" else 2)
    assert rows(tmp_path, "SELECT count(*) FROM conversation WHERE title = 'Four'") == [(0,)]
    assert rows(tmp_path, "SELECT count(*) FROM message WHERE content = 'Four'") == [(0,)]

    # Choosing works here as well, and the whole trash can be emptied.
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Five").check()
    page.get_by_role("group", name="Selected chats").get_by_role("button", name="Restore").click()
    expect(lines).to_have_text(["Two19 days left"])
    page.get_by_role("button", name="Empty trash").click()
    expect(dialog).to_contain_text("Empty the trash?")
    confirm(page)
    expect(page.get_by_text("Deleted chats are kept here for 30 days.")).to_be_visible()
    page.get_by_role("button", name="Back to chats").click()
    expect(titles(page)).to_have_text(["Five", "Three", "One"])
    assert rows(tmp_path, "SELECT count(*) FROM conversation") == [(3,)]


def test_a_temporary_chat_leaves_nothing_behind(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    message = page.get_by_role("textbox", name="Message")
    toggle = page.get_by_role("button", name="Temporary chat")
    banner = page.get_by_role("note", name="Temporary chat")
    new_chat(page, "An ordinary one")

    # It is begun as one: the draft moves out of the storage that lasts.
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("article")).to_have_count(0)
    message.fill("My secret")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(banner).to_contain_text("deleted when you leave it, at the latest after 24 hours")
    expect(message).to_have_value("My secret")
    assert "My secret" not in page.evaluate("JSON.stringify(localStorage)")
    ask(page, "My secret")
    finished(page)
    expect(toggle).to_have_count(0)
    expect(titles(page)).to_have_text(["An ordinary one"])

    # A reload keeps it, and what is being typed in it.
    message.fill("And another")
    page.reload()
    expect(page.locator("article[data-role=user]")).to_contain_text("My secret")
    expect(message).to_have_value("And another")
    expect(banner).to_be_visible()
    address = page.url

    # Leaving it deletes it, with everything in it, here and in the browser.
    page.get_by_role("link", name="An ordinary one").click()
    expect(page.locator("article[data-role=user]")).to_contain_text("An ordinary one")
    expect(banner).to_have_count(0)
    expect(message).to_have_value("")
    assert rows(tmp_path, "SELECT title FROM conversation") == [("An ordinary one",)]
    assert rows(tmp_path, "SELECT count(*) FROM message") == [(2,)]
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "secret" not in stored
    assert "another" not in stored
    page.goto(address)
    expect(page.get_by_role("heading", name="This chat is not there")).to_be_visible()

    # One that is kept after all is a chat like any other.
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_role("heading", name="This chat is not there")).to_have_count(0)
    toggle.click()
    ask(page, "Worth keeping")
    finished(page)
    message.fill("Unfinished")
    page.get_by_role("button", name="Keep this chat").click()
    expect(banner).to_have_count(0)
    expect(titles(page)).to_have_text(["Worth keeping", "An ordinary one"])
    page.get_by_role("link", name="An ordinary one").click()
    expect(message).to_have_value("")
    page.get_by_role("link", name="Worth keeping").click()
    expect(message).to_have_value("Unfinished")


def test_drafts_outlive_a_reload_a_tab_and_a_lost_session(serve, visit, provider, tmp_path):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/0x80")
    new_chat(page, "First")
    message = page.get_by_role("textbox", name="Message")
    message.fill("For the first chat")
    chat = page.url
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("article")).to_have_count(0)
    expect(message).to_have_value("")
    message.fill("For a new one")
    page.reload()
    expect(message).to_have_value("For a new one")

    # Another tab finds them too, also after this one is closed.
    second = page.context.new_page()
    page.close()
    second.goto(chat)
    message = second.get_by_role("textbox", name="Message")
    expect(message).to_have_value("For the first chat")

    # The session is lost; what is sent then and what is typed come back after signing in.
    rows(tmp_path, "DELETE FROM session")
    second.wait_for_timeout(3500)  # until then a page is believed
    message.press("Enter")
    expect(second).to_have_url(f"{server.url}/login?next=%2Fchat%2F{chat.rpartition('/')[2]}")
    stranger = second.context.new_page()
    stranger.goto(f"{server.url}/register")
    register(stranger, "Bob")
    expect(stranger.get_by_role("textbox", name="Message")).to_have_value("")
    stranger.get_by_role("textbox", name="Message").fill("Bob's own")
    sign_out(stranger)
    stranger.close()
    second.reload()
    second.get_by_role("textbox", name="Email or username").fill("Ann")
    second.get_by_role("textbox", name="Password").fill(PASSWORD)
    second.get_by_role("button", name="Sign in").click()
    expect(message).to_have_value("For the first chat")
    second.get_by_role("button", name="New chat").click()
    expect(message).to_have_value("For a new one")
    stored = second.evaluate("JSON.stringify(localStorage)")
    assert "Bob's own" not in stored, "he signed out"

    # Signing out is meant: nothing stays in the browser.
    sign_out(second)
    stored = second.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "new one" not in stored
    assert "first chat" not in stored


def sign_out(page) -> None:
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
