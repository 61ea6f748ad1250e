"""An administrator's day: people, roles, a chat that is opened with a reason, settings, the log."""

from __future__ import annotations

import re

from people import PASSWORD, ask, finished, register
from playwright.sync_api import expect
from test_chat_screen import settings_of

from ioverse_app.ui.accounts.current import FRESH_SECONDS

SECONDS = 1000 * (FRESH_SECONDS + 0.5)
"""After this long a page that is open knows that its session has ended."""


def section(page, name: str) -> None:
    sidebar = page.get_by_role("navigation", name="Administration")
    sidebar.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()


def test_an_administrator_manages_people_and_opens_a_chat(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page, "Ann")
    member = visit(f"{server.url}/register")
    register(member, "Bob")
    ask(member, "My secret plans")
    finished(member)

    # A member finds a calm page.
    member.goto(f"{server.url}/admin/people")
    expect(member.get_by_role("heading", name="For administrators")).to_be_visible()
    expect(member.get_by_text("ann@example.org")).to_have_count(0)

    page.goto(f"{server.url}/admin")
    expect(page.get_by_text("Active within a day")).to_be_visible()

    # Groups and people.
    section(page, "Groups")
    page.get_by_role("textbox", name="Name of a group").fill("Writers")
    page.get_by_role("button", name="Add group").click()
    expect(page.get_by_role("list", name="Groups")).to_contain_text("Writers0 people")
    page.get_by_role("button", name="Rename Writers").click()
    page.get_by_role("textbox", name="New name of Writers").fill("Authors")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("list", name="Groups")).to_contain_text("Authors0 people")
    section(page, "Mail")
    page.get_by_role("button", name="Send me a test mail").click()
    expect(page.get_by_role("status").filter(has_text="written as a file")).to_be_visible()
    section(page, "People")
    people = page.get_by_role("list", name="People")
    expect(people.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("textbox", name="Username").fill("Cleo")
    page.get_by_role("textbox", name="Email").fill("cleo@example.org")
    page.get_by_role("combobox", name="Role").select_option("guest")
    page.get_by_role("button", name="Create", exact=True).click()
    password = page.get_by_label("New password").inner_text()
    guest = visit(f"{server.url}/login")
    guest.get_by_role("textbox", name="Email or username").fill("Cleo")
    guest.get_by_role("textbox", name="Password").fill(password)
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("textbox", name="Message")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Manage Bob").click()
    page.get_by_role("checkbox", name="Authors").click()
    expect(people.get_by_role("listitem").filter(has_text="Bob")).to_contain_text("· Authors")
    page.get_by_role("combobox", name="Role").select_option("admin")
    expect(people).to_contain_text("Administrator")
    page.get_by_role("combobox", name="Role").select_option("member")
    page.get_by_role("button", name="Manage Cleo").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Delete Cleo?")
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(people.get_by_role("listitem")).to_have_count(2)
    guest.wait_for_timeout(SECONDS)
    guest.goto(f"{server.url}/chat")
    expect(guest).to_have_url(re.compile("/login"))

    # A chat shows nothing of itself until there is a reason, which its owner reads.
    section(page, "Chats")
    chats = page.get_by_role("list", name="Chats of everybody")
    expect(chats).to_contain_text("2 messages")
    expect(page.get_by_text("secret plans")).to_have_count(0)
    chats.get_by_role("button", name="Open with a reason").click()
    page.get_by_role("textbox", name="Why do you open this chat?").fill("Bob asked me to look")
    page.get_by_role("button", name="Open", exact=True).click()
    opened = page.frame_locator("iframe[title='The chat']")
    expect(opened.get_by_text("My secret plans").first).to_be_visible()
    member.goto(f"{server.url}/account/looks")
    expect(member.get_by_role("list", name="Who looked")).to_contain_text("Ann: “Bob asked me")

    # Settings hold at once; the log knows it all and is whole.
    section(page, "Settings")
    page.get_by_role("textbox", name="Banner").fill("Closed on Sunday.")
    page.get_by_role("textbox", name="Longest message").fill("zero")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Longest message should be a valid integer")
    page.get_by_role("textbox", name="Longest message").fill("5000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Closed on Sunday.")).to_be_visible()
    expect(page.get_by_role("button", name="As in the environment")).to_have_count(2)
    member.goto(f"{server.url}/chat")
    expect(member.get_by_text("Closed on Sunday.")).to_be_visible()
    section(page, "Jobs")
    jobs = page.get_by_role("list", name="Jobs")
    expect(jobs.get_by_role("listitem").filter(has_text="Purge trash")).to_contain_text("Done")
    jobs.get_by_role("button", name="Run now").first.click()
    section(page, "Audit log")
    entries = page.get_by_role("list", name="Entries")
    for sentence in ("Ann opened a chat of Bob", "Ann deleted", "Ann started a job"):
        expect(entries).to_contain_text(sentence)
    page.get_by_role("combobox", name="Kind of entries").select_option("content.")
    expect(entries.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The audit log is whole")).to_be_visible()
    section(page, "Doctor")
    expect(page.get_by_role("list", name="Findings")).to_contain_text("The audit log is whole")

    # Who is blocked is out at once.
    section(page, "People")
    page.get_by_role("button", name="Manage Bob").click()
    page.get_by_role("button", name="Block", exact=True).click()
    expect(people).to_contain_text("Blocked")
    member.wait_for_timeout(SECONDS)
    member.reload()
    expect(member).to_have_url(re.compile("/login"))
    member.get_by_role("textbox", name="Email or username").fill("Bob")
    member.get_by_role("textbox", name="Password").fill(PASSWORD)
    member.get_by_role("button", name="Sign in").click()
    expect(member.get_by_text("This account is blocked.")).to_be_visible()
