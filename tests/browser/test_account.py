"""An account's life: made in steps, its password lost and found, its sessions, keys and end."""

from __future__ import annotations

import email
import json
import re
import sqlite3
import time
import zipfile
from email.policy import default

import httpx
from people import PASSWORD, register
from playwright.sync_api import expect

NEW = "another fine passphrase"


def mails(folder, subject: str, count: int = 1) -> list[str]:
    """The plain text of the mails with this subject, once there are so many."""
    for _ in range(100):
        found = [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted((folder / "data" / "mail").glob("*.eml"))
        ]
        texts = [
            one.get_body(("plain",)).get_content() for one in found if subject in one["Subject"]
        ]
        if len(texts) >= count:
            return texts
        time.sleep(0.05)
    raise AssertionError(f"No mail about: {subject}")


def link_in(text: str) -> str:
    return re.search(r"http://\S+", text)[0]


def sign_in(page, password: str) -> None:
    page.get_by_role("textbox", name="Email or username").fill("ann")
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_an_accounts_life(serve, visit, tmp_path):
    server = serve()
    page = visit(f"{server.url}/register")

    # The rules are told as one types.
    page.get_by_role("textbox", name="Username").fill("Ann")
    page.get_by_role("textbox", name="Password", exact=True).fill("sunshine2024")
    expect(page.get_by_text("A program would guess this password soon.")).to_be_visible()
    page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    expect(page.get_by_text("Very good password.")).to_be_visible()
    page.get_by_role("textbox", name="Confirm password").fill("something else")
    expect(page.get_by_text("The two passwords are not the same.")).to_be_visible()
    register(page)

    # A password that is forgotten is chosen anew with the link of a mail.
    other = visit(f"{server.url}/login")
    other.get_by_role("link", name="Forgotten password?").click()
    other.get_by_role("textbox", name="Email or username").fill("ann@example.org")
    other.get_by_role("button", name="Send link").click()
    expect(other.get_by_role("status").filter(has_text="If there is such")).to_be_visible()
    link = link_in(mails(tmp_path, "Choose a new password")[0])
    response = other.goto(link)
    assert response.headers["referrer-policy"] == "strict-origin"
    expect(other).to_have_url(f"{server.url}/reset-password")
    other.get_by_role("textbox", name="Password", exact=True).fill(NEW)
    other.get_by_role("textbox", name="Confirm password").fill(NEW)
    other.get_by_role("button", name="Change password").click()
    expect(other.get_by_text("The password is changed. Sign in with it.")).to_be_visible()

    # It ended the session of the other browser, whose page leaves by itself.
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fchat"), timeout=1500)
    sign_in(page, NEW)
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()

    # The link worked once.
    other.goto(link)
    other.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    other.get_by_role("textbox", name="Confirm password").fill(PASSWORD)
    other.get_by_role("button", name="Change password").click()
    expect(other.get_by_text("This link was used already")).to_be_visible()
    other.goto(f"{server.url}/login")
    sign_in(other, NEW)
    expect(other.get_by_role("textbox", name="Message")).to_be_visible()
    other.goto(f"{server.url}/account")
    expect(other.get_by_text("ann@example.org")).to_be_visible()

    # A session that is revoked from another browser leaves its page within a second.
    page.goto(f"{server.url}/account/security")
    sessions = page.get_by_role("region", name="Sessions")
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    expect(sessions).to_contain_text("Chrome on Linux")
    expect(sessions).to_contain_text("This computer")
    sessions.get_by_role("button", name="Sign out", exact=True).click()
    expect(other).to_have_url(re.compile(r"/login\?next=%2Faccount"), timeout=1000)
    expect(sessions.get_by_role("listitem")).to_have_count(1)

    # A key that was made on the page is used by a program, until it is deleted.
    page.goto(f"{server.url}/account/keys")
    page.get_by_role("textbox", name="Name").fill("My script")
    page.get_by_role("checkbox", name="Chat").uncheck()
    page.get_by_role("button", name="Create key").click()
    key = page.get_by_role("textbox", name="API key").input_value()
    assert key.startswith("iov_")
    expect(page.get_by_role("listitem").filter(has_text="My script")).to_contain_text("read")
    bearer = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{server.url}/api/users/me", headers=bearer).json()["username"] == "Ann"
    refused = httpx.post(f"{server.url}/api/chats", headers=bearer, json={"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no key yet.")).to_be_visible()
    gone = httpx.get(f"{server.url}/api/users/me", headers=bearer)
    assert (gone.status_code, gone.json()["message"]) == (401, "API key has been revoked!")

    # Everything is taken along as one file.
    page.goto(f"{server.url}/account/data")
    page.get_by_role("button", name="Put together").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(downloading.value.path()) as zipped:
        assert json.loads(zipped.read("profile.json"))["username"] == "Ann"

    # The account is to be deleted, and stays after all.
    page.get_by_role("textbox", name="Password").fill(NEW)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("status").filter(has_text="will be deleted on")).to_be_visible()
    page.goto(f"{server.url}/chat")
    page.get_by_role("button", name="Keep my account").click()
    expect(page.get_by_text("will be deleted on")).to_have_count(0)

    # Nothing secret is in the database or in the log.
    with sqlite3.connect(tmp_path / "data" / "ioverse.db") as database:
        dump = "\n".join(database.iterdump())
    log = (tmp_path / "server.log").read_text()
    for secret in (PASSWORD, NEW, key, link.rpartition("=")[2]):
        assert secret not in dump
        assert secret not in log


def test_somebody_who_is_invited_comes_in(serve, visit):
    server = serve(REGISTRATION="invite", ADMIN_EMAIL="ann@example.org", ADMIN_PASSWORD=PASSWORD)
    page = visit(f"{server.url}/login?next=/admin/invitations")
    sign_in(page, PASSWORD)
    page.get_by_role("textbox", name="For whom").fill("Bob")
    page.get_by_role("button", name="Create invitation").click()
    link = page.get_by_role("textbox", name="Invitation link").input_value()
    bob = visit(f"{server.url}/register")
    expect(bob.get_by_text("Registration is by invitation here.")).to_be_visible()
    bob.goto(link)
    expect(bob).to_have_url(f"{server.url}/register")
    register(bob, "Bob")
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text="Used by Bob")).to_be_visible()
    late = visit(link)
    late.get_by_role("textbox", name="Username").fill("Eve")
    late.get_by_role("textbox", name="Email").fill("eve@example.org")
    late.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    late.get_by_role("textbox", name="Confirm password").fill(PASSWORD)
    late.get_by_role("button", name="Create account").click()
    expect(late.get_by_text("This invitation was used already")).to_be_visible()
