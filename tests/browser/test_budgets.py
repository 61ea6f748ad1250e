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
