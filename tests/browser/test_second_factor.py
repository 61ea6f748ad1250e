"""Journeys of somebody who protects an account: a passkey, an app, an account elsewhere."""

from __future__ import annotations

import json
import re
import time

from issuer import CLIENT_ID, CLIENT_SECRET, running_issuer
from people import PASSWORD, register, sign_out
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP
from server import app, free_port

PROTECTION = "/account/protection"


def test_a_passkey_signs_its_owner_in_and_nothing_it_signed_works_twice(serve, visit):
    server = serve()
    page = visit(f"{server.url}/register")
    device = _device(page)
    register(page)
    page.goto(server.url + PROTECTION)
    page.get_by_role("textbox", name="Name of the passkey").fill("My laptop")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("listitem").filter(has_text="My laptop")).to_contain_text("never used")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("alert").filter(has_text="has a passkey")).to_be_visible()

    sign_out(page)
    page.goto(f"{server.url}/login?next={PROTECTION}")
    with page.expect_request("**/auth/passkeys/sign-in") as signed:
        page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(server.url + PROTECTION)
    row = page.get_by_role("listitem").filter(has_text="My laptop")
    expect(row).to_contain_text("last used")

    answer = signed.value
    again = page.request.post(
        answer.url, data=json.loads(answer.post_data), headers={"cookie": _cookies(answer)}
    )
    assert (again.status, again.json()["code"]) == (401, "passkey_refused")

    page.get_by_role("button", name="Rename My laptop").click()
    page.get_by_role("textbox", name="New name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Remove Old laptop").click()
    expect(page.get_by_role("listitem").filter(has_text="laptop")).to_have_count(0)

    sign_out(page)
    page.goto(f"{server.url}/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="belongs to no account")).to_be_visible()
    device.send("WebAuthn.disable")


def test_a_device_that_has_not_checked_its_owner_is_refused(serve, visit):
    server = serve()
    page = visit(f"{server.url}/register")
    _device(page, isUserVerified=False)
    register(page)
    page.goto(server.url + PROTECTION)
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("alert").filter(has_text="No passkey was used")).to_be_visible()


def test_an_app_is_connected_and_asked_for(serve, visit):
    server = serve()
    page = visit(f"{server.url}/register")
    register(page)
    page.goto(server.url + PROTECTION)
    page.get_by_role("button", name="Connect an app").click()
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    totp = TOTP(page.locator("form.step code").inner_text().replace(" ", ""))
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(totp.at(time.time() - 30))
    page.get_by_role("button", name="Turn on").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    first = codes.first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(codes).to_have_count(0)

    sign_out(page)
    _sign_in(page, server.url)
    expect(page).to_have_url(f"{server.url}/login/code")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(totp.now())
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/chat"))

    sign_out(page)
    _sign_in(page, server.url)
    page.get_by_role("textbox", name="Code").fill(first)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/chat"))
    page.goto(server.url + PROTECTION)
    card = page.get_by_role("region", name="Authenticator app")
    expect(card).to_contain_text("Recovery codes left9")
    card.get_by_role("button", name="Turn off").click()
    card.get_by_role("textbox", name="Code").fill(first)
    card.get_by_role("button", name="Turn off now").click()
    expect(card.get_by_role("alert")).to_contain_text("not right")
    card.get_by_role("textbox", name="Code").fill(totp.at(time.time() + 30))
    card.get_by_role("button", name="Turn off now").click()
    expect(card.get_by_role("button", name="Connect an app")).to_be_visible()


def test_an_account_elsewhere_is_connected_and_signs_in(tmp_path, visit):
    port = free_port()
    with running_issuer(f"http://localhost:{port}/auth/with/oidc/back") as issuer:
        settings = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_LABEL": "Our school"}
        server = app(tmp_path, port, OIDC_CLIENT_SECRET=CLIENT_SECRET, **settings).start()
        try:
            page = visit(f"{server.url}/register")
            register(page)
            page.goto(server.url + PROTECTION)
            page.get_by_role("link", name="Connect Our school").click()
            _consent(page, "somebody")
            expect(page).to_have_url(server.url + PROTECTION)
            row = page.get_by_role("listitem").filter(has_text="Our school")
            expect(row).to_contain_text("somebody@example.org")

            sign_out(page)
            page.context.clear_cookies(domain="127.0.0.1")
            page.goto(f"{server.url}/login?next={PROTECTION}")
            page.get_by_role("link", name="Continue with Our school").click()
            _consent(page, "somebody")
            expect(page).to_have_url(server.url + PROTECTION)
            page.get_by_role("button", name="Disconnect Our school").click()
            expect(page.get_by_role("link", name="Connect Our school")).to_be_visible()
        finally:
            server.stop()


def _device(page: Page, **options: object):
    """A device of this page's owner that holds passkeys and checks a finger."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **options}})
    return device


def _consent(page: Page, name: str) -> None:
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def _cookies(request) -> str:
    return request.all_headers()["cookie"]


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_role("textbox", name="Email or username").fill("Ann")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
