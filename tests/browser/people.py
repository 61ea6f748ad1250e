"""What people do on the screen, by the names that they read there."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, expect

PASSWORD = "a fine long passphrase"


def register(page: Page, name: str = "Ann") -> None:
    """Make an account on the page that shows the form, and arrive at the chat."""
    page.get_by_role("textbox", name="Username").fill(name)
    page.get_by_role("textbox", name="Email").fill(f"{name.lower()}@example.org")
    page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    page.get_by_role("textbox", name="Confirm password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def sign_out(page: Page) -> None:
    """End the session, and see the page leave by itself."""
    page.request.post(urljoin(page.url, "/auth/logout"), max_redirects=0)
    page.wait_for_url(re.compile("/login"))


def ask(page: Page, text: str) -> None:
    """Type a message and send it."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article[data-role=user]").last).to_contain_text(text[:60])


def choose_model(page: Page, model: str) -> None:
    """Pick a model in the picker, by its label or its `<provider>/<name>`."""
    page.get_by_role("combobox", name="Model").click()
    found = page.locator(f'[role=option][data-value="{model}"]')
    found.or_(page.get_by_role("option", name=model, exact=True)).click()
    expect(page.get_by_role("listbox")).to_have_count(0)


def answer(page: Page) -> Locator:
    """The last answer on the page."""
    return page.locator("article[data-role=assistant]").last


def finished(page: Page, status: str = "complete", seconds: float = 60) -> Locator:
    """The last answer, once it stands like this."""
    last = answer(page)
    expect(last).to_have_attribute("data-status", status, timeout=1000 * seconds)
    return last
