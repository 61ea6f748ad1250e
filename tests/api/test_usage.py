"""Usage, budgets and rate limits for programs."""

from __future__ import annotations

import csv
import io

import pytest
from conftest import add_person
from ledger import PRICED, answered, script, set_budget
from programs import api_client, signed_in

from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta, Usage


@pytest.fixture
async def api(database):
    async with engine.running(), api_client() as api:
        yield api
    await registry.close()


async def test_what_i_used(api, ann, bob):
    script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    await answered(ann, "First")
    await answered(bob, "Mine")
    budget = await set_budget(scope="user", hard_cost=10_000)
    headers = await signed_in(ann)
    answer = (await api.get("/api/usage", headers=headers)).json()
    assert (answer["days"], answer["by"]) == (30, "model")
    (used,) = answer["usage"]
    assert (used["name"], used["label"], used["answers"]) == (PRICED, "GPT-6 Luna", 1)
    assert (used["cost"] % 150, used["prompt_tokens"] % 1000, used["unpriced"]) == (0, 0, 0)
    (mine,) = answer["budgets"]
    assert (mine["hard_cost"], mine["period"]) == (budget.hard_cost, "month")
    by_day = await api.get("/api/usage", params={"by": "day", "days": 1}, headers=headers)
    assert len(by_day.json()["usage"]) == 1
    table = await api.get("/api/usage.csv", headers=headers)
    assert table.headers["content-disposition"] == 'attachment; filename="usage.csv"'
    rows = list(csv.DictReader(io.StringIO(table.text)))
    chat = next(row for row in rows if row["kind"] == "chat")
    assert (chat["user"], chat["model"], chat["cost_usd"]) == ("Ann", PRICED, "0.000150")
    for query in ({"days": 0}, {"days": 9999}, {"by": "moon"}, {"days": "x"}):
        assert (await api.get("/api/usage", params=query, headers=headers)).status_code == 400
    assert (await api.get("/api/usage")).status_code == 401


async def test_what_everyone_used_is_for_administrators(api, ann, bob):
    script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    await answered(ann)
    await answered(bob)
    boss = await add_person("boss", role="admin")
    headers = await signed_in(boss)
    everyone = await api.get("/api/admin/usage", params={"by": "user"}, headers=headers)
    assert {use["label"] for use in everyone.json()["usage"]} == {"Ann", "Bob"}
    table = (await api.get("/api/admin/usage.csv", headers=headers)).text
    assert "Ann" in table
    assert "Bob" in table
    theirs = await signed_in(ann)
    for path in ("usage", "usage.csv", "budgets"):
        assert (await api.get(f"/api/admin/{path}", headers=theirs)).status_code == 403
        assert (await api.get(f"/api/admin/{path}")).status_code == 401


async def test_budgets_are_listed_set_changed_and_removed(api, ann):
    headers = await signed_in(await add_person("boss", role="admin"))
    body = {"scope": "user", "scope_id": ann.id, "period": "day", "hard_cost": 1000}
    made = await api.post("/api/admin/budgets", json=body, headers=headers)
    assert made.status_code == 201
    assert (made.json()["soft_cost"], made.json()["cost"]) == (800, 0)
    path = f"/api/admin/budgets/{made.json()['id']}"
    changed = await api.put(path, json={"hard_tokens": 5}, headers=headers)
    assert (changed.json()["hard_cost"], changed.json()["hard_tokens"]) == (None, 5)
    assert len((await api.get("/api/admin/budgets", headers=headers)).json()) == 1
    for wrong in ({"scope": "all", "hard_cost": 10**20}, {"scope": "all"}, {"hard_cost": 1}):
        answer = await api.post("/api/admin/budgets", json=wrong, headers=headers)
        assert answer.status_code == 400
    refused = await api.delete(path, headers=await signed_in(ann))
    assert refused.status_code == 403
    assert (await api.delete(path, headers=headers)).status_code == 204
    assert (await api.delete(path, headers=headers)).status_code == 404


async def test_a_budget_that_is_used_up_answers_429(api, ann):
    script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    await set_budget(hard_cost=0)
    answer = await api.post(
        "/api/chats", json={"message": "Hello", "model": PRICED}, headers=await signed_in(ann)
    )
    assert (answer.status_code, answer.json()["code"]) == (429, "budget_reached")
    assert answer.json()["message"].startswith("This month's budget for everyone is used up.")
    assert int(answer.headers["retry-after"]) > 0


async def test_who_comes_too_often_is_told_when_to_come_again(api, configure, ann, bob):
    configure(rate_read=3, rate_auth=2)
    headers = await signed_in(ann)
    for left in ("2", "1", "0"):
        answer = await api.get("/api/chats", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["x-ratelimit-remaining"] == left
        assert answer.headers["x-ratelimit-limit"] == "3"
    refused = await api.get("/api/chats", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert (await api.get("/api/chats", headers=await signed_in(bob))).status_code == 200
    assert (await api.post("/api/chats/pin", json={}, headers=headers)).status_code == 400
    assert (await api.get("/health")).status_code == 200
    # Strangers count by address, whatever token they make up.
    for token, status in (("a", 400), ("b", 400), ("c", 429)):
        answer = await api.post("/api/login", json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status


async def test_the_form_of_the_page_says_so_as_well(api, configure):
    configure(rate_auth=1)
    for reason in ("wrong_sign_in", "rate_limited"):
        answer = await api.post(
            "/auth/login",
            data={"login": "nobody", "password": "wrong"},
            headers={"Origin": "http://localhost:3000"},
        )
        assert f"error={reason}" in answer.headers["location"]
