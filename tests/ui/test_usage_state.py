"""Usage and budgets on the page: one's own for everyone, the others' for administrators."""

from __future__ import annotations

import pytest
from conftest import add_person
from ledger import answered, script, set_budget
from pages import fire, page_of

from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.ui.account.usage import UsageState
from ioverse_app.ui.accounts import current
from ioverse_app.ui.admin.budgets_state import BudgetsState
from ioverse_app.ui.admin.usage import EveryonesUsageState
from ioverse_app.ui.chats.state import ChatState


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
        yield
    await registry.close()


async def test_everyone_sees_what_they_used(ann, bob):
    await answered(ann)
    state, _ = await fire(await page_of(ann, "/account/usage"), UsageState.load)
    assert [row.label for row in state.models] == ["GPT-6 Luna"]
    assert len(state.shown.columns) == 30
    assert state.shown.columns[-1].parts
    state, _ = await fire(await page_of(bob, "/account/usage"), UsageState.load)
    assert (state.loaded, state.models) == (True, [])
    state, _ = await fire(await page_of(None, "/account/usage"), UsageState.load)
    assert not state.loaded


async def test_a_member_gets_nothing_of_the_administration(ann):
    await answered(ann)
    budget = await set_budget(hard_cost=10**9)
    boss = await add_person("boss", role="admin")
    page = await page_of(ann, "/admin/usage")
    for handler in (EveryonesUsageState.load, BudgetsState.load):
        state, _ = await fire(page, handler)
        assert not state.loaded
    form = {"scope": "user", "person": "ann", "period": "day", "hard_cost": "1"}
    state, _ = await fire(page, BudgetsState.add, form)
    assert state.problem == "Only administrators can do this."
    state._removing = budget.id
    await fire(page, BudgetsState.remove)

    page = await page_of(boss, "/admin/budgets")
    state, _ = await fire(page, BudgetsState.add, form)
    assert [item.meter.name for item in state.items] == [
        "Each month, everyone together",
        "Each day, Ann",
    ]
    assert (state.items[1].hard_cost, state.items[1].soft_cost) == ("1", "0.8")
    for wrong in ({"hard_cost": "lots"}, {"scope": "user", "person": "nobody", "hard_cost": "1"}):
        state, _ = await fire(page, BudgetsState.add, {**form, "scope": "all", **wrong})
        assert state.problem
    state, _ = await fire(page, EveryonesUsageState.load)
    assert [row.label for row in state.people] == ["Ann"]


async def test_whoever_sends_too_fast_gets_the_text_back(configure, ann):
    configure(rate_chat=1)
    script(TextDelta("Hi"), Finished("stop"), name="scripted")
    page = await page_of(ann)
    for left in (True, False):
        state, _ = await fire(page, ChatState.send, {"message": "Hello?"})
        assert bool(state.problem) is not left
    assert state.problem.startswith("That was too fast")
