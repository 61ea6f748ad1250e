"""A budget is set, used up, seen and taken away again."""

from __future__ import annotations

import re

from people import ask, choose_model, finished, register
from playwright.sync_api import expect


def test_a_budget_from_beginning_to_end(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)
    page.goto(f"{server.url}/account/usage")
    expect(page.get_by_text("Nothing was used in the last 30 days.")).to_be_visible()
    page.goto(f"{server.url}/chat")
    choose_model(page, "compatible/gpt-4o")
    ask(page, "Please count tokens")
    finished(page)
    chat = page.url

    # An administrator sets a limit that has been passed already.
    page.goto(f"{server.url}/admin/budgets")
    expect(page.get_by_text("There is no limit yet.")).to_be_visible()
    page.get_by_role("combobox", name="For").select_option("Each person")
    page.get_by_role("textbox", name="Limit of tokens").fill("many")
    page.get_by_role("button", name="Add budget").click()
    expect(page.get_by_role("alert")).to_have_text("“many” is not a number.")
    page.get_by_role("textbox", name="Limit of tokens").fill("10")
    page.get_by_role("button", name="Add budget").click()
    expect(page.get_by_role("meter", name="Each month, each person")).to_be_attached()
    expect(page.get_by_role("textbox", name="Limit of tokens")).to_have_value("")

    # The next question is refused with a sentence, and what was typed stays.
    page.goto(chat)
    finished(page)
    page.get_by_role("textbox", name="Message").fill("And one more?")
    page.get_by_role("button", name="Send").click()
    sentence = re.compile(r"This month's budget is used up\. It starts again on 1 \w+\.")
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("And one more?")
    expect(page.locator("article[data-role=user]")).to_have_count(1)

    # It can be seen where it went.
    page.goto(f"{server.url}/account/usage")
    expect(page.get_by_role("meter", name="This month's budget")).to_have_attribute(
        "aria-valuenow", "100"
    )
    expect(page.get_by_text(re.compile("Used up. It starts again on"))).to_be_visible()
    row = page.get_by_role("row", name=re.compile("gpt-4o", re.IGNORECASE))
    expect(row.get_by_role("cell").first).to_have_text("1")
    expect(page.get_by_role("img", name=re.compile("tokens in 30 days"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert "compatible/gpt-4o,chat,1,11,0,7" in download.value.path().read_text()
    page.goto(f"{server.url}/admin/usage")
    people = page.get_by_role("region", name="By person")
    expect(people.get_by_role("row", name=re.compile("Ann"))).to_be_visible()

    # A larger limit, and then none.
    page.goto(f"{server.url}/admin/budgets")
    page.get_by_role("button", name="Change Each month, each person").click()
    field = page.get_by_role("textbox", name="Limit of tokens")
    expect(field).to_have_value("10")
    field.fill("1000000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1,000,000 tokens")).to_be_visible()
    page.goto(chat)
    finished(page)
    ask(page, "And one more?")
    finished(page)
    page.goto(f"{server.url}/admin/budgets")
    page.get_by_role("button", name="Remove Each month, each person").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no limit yet.")).to_be_visible()


def test_what_a_group_a_person_and_a_key_are_given(serve, visit, aimock):
    server = serve(OPENAI_BASE_URL=aimock.url, OPENAI_API_KEY="sk-test")
    page = visit(f"{server.url}/register")
    register(page)

    # A group has a limit and a key, which the provider is asked about.
    page.goto(f"{server.url}/admin/groups")
    page.get_by_role("textbox", name="Name of a group").fill("Writers")
    page.get_by_role("button", name="Add group").click()
    page.get_by_role("button", name="Manage Writers").click()
    _limit(page, "Writers", "Day", dollars="12.50", tokens="1000")
    meter = page.get_by_role("meter", name="Each day")
    expect(meter).to_have_attribute("aria-valuetext", re.compile("of 1,000 tokens"))
    _limit(page, "Writers", "Day", dollars="20")
    expect(meter).to_have_attribute("aria-valuetext", "$0.00 of $20.00")
    page.get_by_role("combobox", name="Provider").select_option("compatible")
    page.get_by_role("textbox", name="Key").fill("sk-given-12345678")
    page.get_by_role("button", name="Give key to Writers").click()
    expect(page.get_by_text("ends in 5678")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("ends in 5678")).to_have_count(0)

    # So has a person, and what cannot be a limit is refused beside it.
    page.goto(f"{server.url}/admin/people")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("textbox", name="Username").fill("Bob")
    page.get_by_role("textbox", name="Email").fill("bob@example.org")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Manage Bob").click()
    _limit(page, "Bob", "Month", dollars="lots")
    expect(page.get_by_role("alert")).to_have_text("“lots” is not a number.")
    _limit(page, "Bob", "Month", dollars="5")
    expect(page.get_by_role("meter", name="Each month")).to_be_attached()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.goto(f"{server.url}/admin/budgets")
    for name in ("Each day, the group Writers", "Each month, Bob"):
        expect(page.get_by_role("meter", name=name)).to_be_attached()

    # And people limit what their programs may use.
    page.goto(f"{server.url}/account/keys")
    page.get_by_role("textbox", name="Name").fill("Script")
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="Limits of Script").click()
    _limit(page, "Script", "Month", tokens="5000")
    expect(page.get_by_role("meter", name="Each month")).to_be_attached()
    page.get_by_role("button", name="Remove the limit for Each month").click()
    expect(page.get_by_role("meter")).to_have_count(0)


def _limit(page, whose: str, every: str, dollars: str = "", tokens: str = "") -> None:
    page.get_by_role("combobox", name="Every").select_option(every)
    page.get_by_role("textbox", name="US dollars").fill(dollars)
    page.get_by_role("textbox", name="Tokens").fill(tokens)
    page.get_by_role("button", name=f"Set limit for {whose}").click()
