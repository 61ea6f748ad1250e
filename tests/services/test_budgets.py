"""Money: reserved before a request, settled after it, given back when it fails."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from conftest import add_person, both_databases, eventually
from ledger import PRICED, UNPRICED, answered, ask, entries, entry_of, script, set_budget

from ioverse_app import db, live
from ioverse_app.engine import engine, recovery
from ioverse_app.engine.settling import Used, settle
from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.errors import Busy
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.providers.scripted import words
from ioverse_app.services import (
    api_keys,
    budget_list,
    budgets,
    groups,
    notices,
    periods,
    runs,
    usage,
)
from ioverse_app.services.budget_list import Limits
from ioverse_app.services.budgets import BudgetReached, Estimate, Payer
from ioverse_app.services.notices import BudgetNearlyUsed
from ioverse_app.tables import Group, GroupMember, LedgerEntry, Worker, now


@pytest.fixture
async def running(configure, database):
    configure(runs_per_user=100)
    async with engine.running() as running:
        yield running
    await registry.close()


@both_databases
async def test_what_was_reserved_is_settled_by_the_providers_count(running, ann):
    script(TextDelta("Hi"), 0.2, Usage(1000, 100, 400, 30), Finished("stop"))
    started = await ask(ann)
    held = await entry_of(started)
    assert held.status == "reserved"
    assert held.charged == held.reserved > 0
    async for _ in runs.follow(ann, started.run_id):
        pass
    entry = await entry_of(started)
    assert (entry.status, entry.cost, entry.charged) == ("settled", 150, 150)
    assert (entry.prompt_tokens, entry.cached_tokens) == (1000, 400)
    assert (entry.completion_tokens, entry.reasoning_tokens) == (100, 30)
    assert (entry.charged_tokens, entry.estimated, entry.user_id) == (1100, False, ann.id)


async def group_of(*people):
    group = Group(name="Writers", name_folded="writers")
    async with db.transaction() as session:
        session.add(group)
        await session.flush()
        session.add_all([GroupMember(group_id=group.id, user_id=one.id) for one in people])
    return group


@pytest.mark.parametrize(
    ("scope", "period"),
    [("all", "month"), ("each", "day"), ("user", "month"), ("group", "day"), ("api_key", "month")],
)
@both_databases
async def test_50_at_once_never_pass_a_limit_by_more_than_one_reservation(
    running, ann, bob, scope, period
):
    """Ann and Bob together where both count, else Ann alone: Bob may go on."""
    group = await group_of(ann, bob)
    together = scope in ("all", "group")
    whose = {"all": "", "each": "", "user": ann.id, "group": group.id, "api_key": "k"}[scope]
    askers = [ann, bob] if together else [ann, ann]
    script(30, Finished("stop"))
    with api_keys.using("k"):
        first = await ask(ann)
        one = (await entry_of(first)).reserved
        limit = int(7.5 * one)
        kind = "user" if scope == "each" else scope
        await set_budget(scope=kind, scope_id=whose, period=period, hard_cost=limit)
        begun = await asyncio.gather(
            *(ask(who) for _ in range(25) for who in askers), return_exceptions=True
        )
    refused = [one for one in begun if isinstance(one, BudgetReached)]
    assert len(begun) - len(refused) == 7, "with the first one, eight"
    assert {error.retry_after for error in refused} == {budgets.WAIT_SECONDS}
    held = await entries()
    assert limit <= sum(entry.charged for entry in held) < limit + one
    others = [] if together else [await ask(bob)]
    if scope == "api_key":
        others.append(await ask(ann))
    await eventually(lambda: len(running._working) == len(running._runs))
    # What was only reserved is free again as soon as nothing comes of it.
    for started in (first, *others, *(one for one in begun if not isinstance(one, Exception))):
        running.cancel(started.run_id)
    await eventually(lambda: not running._runs)
    assert {entry.charged for entry in await entries()} == {0}
    with api_keys.using("k"):
        await ask(ann)


@both_databases
async def test_a_group_has_used_what_those_in_it_have(running, ann, bob):
    script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    group = await group_of(ann)
    await set_budget(scope="group", scope_id=group.id, hard_cost=10**6, hard_tokens=10**6)
    await answered(ann)
    await answered(bob)
    await eventually(lambda: not running._beside)
    async with db.reading() as session:
        (stand,) = await budgets.standings(session, ann)
        assert await budgets.standings(session, bob) == []
    assert (stand.name, stand.budget.scope_id) == ("this month's budget of your group", group.id)
    mine = [entry for entry in await entries() if entry.user_id == ann.id]
    assert stand.cost == sum(entry.cost for entry in mine) > 0
    boss = await add_person("boss", role="admin")
    async with db.transaction() as session:
        await groups.delete(session, boss, group.id)
    async with db.reading() as session:
        assert await budget_list.listed(session, boss) == []


@both_databases
async def test_the_limit_of_an_api_key_counts_whoever_pays(database, ann):
    """A program is held back by its limit even where its person pays the provider themselves."""
    await set_budget(scope="api_key", scope_id="k", hard_cost=150, period="day")
    await set_budget(hard_cost=0)
    own = Payer("personal", key_id="own", api_key_id="k")
    async with db.transaction() as session:
        entry = await budgets.reserve(session, ann, PRICED, Estimate(10, 10, 100), payer=own)
    async with db.transaction() as session:
        settle(await session.get_one(LedgerEntry, entry.id), Used(Usage(10, 5), 20))
    for cost in (100, 100):
        async with db.transaction() as session:
            await budgets.reserve(session, ann, PRICED, Estimate(10, 10, cost), payer=own)
    async with db.transaction() as session:
        with pytest.raises(BudgetReached, match="budget of this key"):
            await budgets.reserve(session, ann, PRICED, Estimate(10, 10, 100), payer=own)
    with api_keys.using("k"):
        async with db.reading() as session:
            stand = {now.budget.scope: now for now in await budgets.standings(session, ann)}
    assert (stand["api_key"].cost, stand["api_key"].tokens) == (220, 55)
    assert stand["all"].cost == 0


async def test_a_month_that_is_used_up_says_when_it_starts_again(running, ann, monkeypatch):
    monkeypatch.setattr(periods, "now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    await set_budget(scope="user", scope_id=ann.id, hard_cost=150)
    started = await answered(ann)
    async with db.transaction() as session:
        entry = await session.get_one(LedgerEntry, (await entry_of(started)).id)
        entry.day = datetime(2026, 11, 3, tzinfo=UTC).date()
    with pytest.raises(BudgetReached) as refused:
        await ask(ann)
    assert refused.value.message == (
        "This month's budget is used up. It starts again on 1 December."
    )
    assert (refused.value.status, refused.value.code) == (429, "budget_reached")
    assert refused.value.retry_after == timedelta(days=10, hours=12).total_seconds()
    monkeypatch.setattr(periods, "now", lambda: datetime(2026, 12, 1, tzinfo=UTC))
    await ask(ann)


async def test_a_refusal_leaves_nothing_behind(running, ann):
    script(*words("Hi."))
    started = await answered(ann)
    await set_budget(hard_tokens=1)
    before = len(await entries())
    with pytest.raises(BudgetReached):
        await ask(ann, "And now?", started.conversation_id)
    with pytest.raises(BudgetReached):
        await runs.retry(ann, started.answer_id)
    assert len(await entries()) == before


async def test_what_failed_without_a_word_is_refunded(running, ann):
    script(Busy("Wait a moment.", retry_after=3))
    entry = await entry_of(await answered(ann))
    assert (entry.status, entry.charged, entry.charged_tokens, entry.cost) == (
        "refunded",
        0,
        0,
        None,
    )


async def test_what_was_said_until_it_was_stopped_is_charged_as_estimated(running, ann):
    script(TextDelta("x" * 300), 30, Finished("stop"))
    started = await ask(ann)
    await asyncio.sleep(0.2)
    await runs.cancel(ann, started.run_id)
    await eventually(lambda: not running._runs)
    entry = await entry_of(started)
    assert (entry.status, entry.estimated, entry.completion_tokens) == ("settled", True, 100)
    assert 0 < entry.charged < entry.reserved


@both_databases
async def test_a_crash_leaves_no_reservation(running, ann):
    script(TextDelta("x" * 300), 30, Finished("stop"))
    said = await ask(ann)
    await asyncio.sleep(0.5)
    script(30, Finished("stop"))
    silent = await ask(ann)
    async with db.transaction() as session:
        other = Worker(host="elsewhere", pid=1)
        me = await session.get_one(Worker, running.worker_id)
        me.host, me.seen_at = "another-host", me.seen_at - recovery.SILENT_AFTER * 2
        session.add_all([other, me])
        await session.flush()
        await recovery.recover(session, other.id)
    assert (await entry_of(said)).status == "settled"
    assert (await entry_of(silent)).status == "refunded"
    assert (await entry_of(silent)).charged == 0


async def test_a_chat_that_is_deleted_meanwhile_is_settled_as_well(running, ann):
    from ioverse_app.services import erasure

    script(TextDelta("x" * 300), 30, Finished("stop"))
    started = await ask(ann)
    await asyncio.sleep(0.5)
    async with db.transaction() as session:
        await erasure.erase(session, [started.conversation_id])
    await eventually(lambda: not running._runs)
    assert (await entry_of(started)).status == "settled"


async def test_what_nobody_makes_any_more_is_swept(running, ann):
    script(30, Finished("stop"))
    started = await ask(ann)
    async with db.transaction() as session:
        held = await session.get_one(LedgerEntry, (await entry_of(started)).id)
        held.created_at = now() - timedelta(days=1)
        lost = await budgets.reserve(session, ann, PRICED, Estimate(1, 1, 5), kind="title")
        lost.created_at = now() - timedelta(days=1)
    assert await usage.sweep() == 1
    assert {entry.kind: entry.status for entry in await entries()} == {
        "chat": "reserved",
        "title": "refunded",
    }


async def test_titles_and_translations_count(running, ann):
    script(TextDelta("A fine title"), Usage(100, 10), Finished("stop"), name="openai")
    started = await answered(ann, "How does a bicycle stay upright?")
    await eventually(lambda: not running._beside)
    title = next(entry for entry in await entries() if entry.run_id is None)
    assert (title.kind, title.status, title.cost, title.user_id) == ("title", "settled", 15, ann.id)
    async with db.transaction() as session:
        from ioverse_app.services import conversations, translations

        chat = await conversations.get(session, ann, started.conversation_id)
        translations.set(chat, "German", "English")
    plain = (await entry_of(started)).reserved
    again = await entry_of(await answered(ann, "Warum?", started.conversation_id))
    assert again.reserved > plain, "it is asked three times"
    assert (again.prompt_tokens, again.completion_tokens) == (300, 30)


async def test_without_a_price_only_tokens_count(running, ann):
    script(*words("Hi there.")[:-1], Usage(40, 4), Finished("stop"), name="scripted")
    await set_budget(hard_cost=0)
    entry = await entry_of(await answered(ann, model=UNPRICED))
    assert (entry.cost, entry.charged, entry.charged_tokens) == (None, 0, 44)
    await set_budget(period="day", hard_tokens=44)
    with pytest.raises(BudgetReached, match=r"Today.s budget for everyone is used up\. It"):
        await ask(ann, model=UNPRICED)


async def test_ones_own_key_takes_nothing_of_the_budget(database, ann):
    await set_budget(hard_cost=0, hard_tokens=0)
    async with db.transaction() as session:
        entry = await budgets.reserve(
            session, ann, PRICED, Estimate(10, 10, 100), payer=Payer("personal", key_id="k")
        )
    assert (entry.charged, entry.charged_tokens, entry.key_id) == (0, 0, "k")


async def test_budgets_of_each_person_of_one_and_of_a_key(database, ann, bob):
    await set_budget(scope="user", hard_cost=100)
    await set_budget(scope="user", scope_id=bob.id, hard_cost=1000)
    await set_budget(scope="api_key", scope_id="k", hard_cost=300)

    async def reserve(who, key=None):
        async with db.transaction() as session:
            await budgets.reserve(
                session, who, PRICED, Estimate(1, 1, 100), payer=Payer(api_key_id=key)
            )

    await reserve(ann)
    with pytest.raises(BudgetReached):
        await reserve(ann)
    for _ in range(3):
        await reserve(bob, "k")
    with pytest.raises(BudgetReached):
        await reserve(bob, "k")
    await reserve(bob)
    async with db.reading() as session:
        stand = await budgets.standings(session, bob)
    assert [(each.budget.scope_id, each.cost) for each in stand] == [(bob.id, 400)]


async def test_at_the_soft_limit_there_is_one_notice(running, ann):
    script(TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    await set_budget(scope="user", soft_cost=150, hard_cost=1000)
    with live.following(notices.topic(ann.id)) as told:
        started = await answered(ann, "First, with a long question?")
        await eventually(lambda: not running._beside)
        await answered(ann, "Again", started.conversation_id)
        await eventually(lambda: not running._beside)
        seen = []
        while True:
            try:
                seen.append(await asyncio.wait_for(anext(aiter(told)), 0.2))
            except TimeoutError:
                break
    said = [notice.sentence for notice in seen if isinstance(notice, BudgetNearlyUsed)]
    assert len(said) == 1
    assert said[0].endswith(" % of this month's budget is used.")


async def test_administrators_set_budgets(database, ann):
    boss = await add_person("boss", role="admin")
    async with db.transaction() as session:
        with pytest.raises(NotAllowed):
            await budget_list.add(session, ann, "all", "", "month", Limits(hard_cost=1))
        with pytest.raises(NotAllowed):
            await budget_list.listed(session, ann)
        with pytest.raises(NotAllowed):
            await budget_list.person(session, ann, "boss")
        budget = await budget_list.add(session, boss, "all", "", "month", Limits(hard_cost=100))
        assert (budget.soft_cost, budget.created_by) == (80, boss.id)
        with pytest.raises(Conflict):
            await budget_list.add(session, boss, "all", "", "month", Limits(hard_cost=1))
        with pytest.raises(NotFound):
            await budget_list.add(session, boss, "user", "nobody", "day", Limits(hard_cost=1))
        for scope, period, limits in (
            ("world", "day", Limits(hard_cost=1)),
            ("all", "year", Limits(hard_cost=1)),
            ("all", "day", Limits()),
            ("all", "day", Limits(hard_cost=-1)),
            ("all", "day", Limits(soft_cost=2, hard_cost=1)),
        ):
            with pytest.raises(Invalid):
                await budget_list.add(session, boss, scope, "", period, limits)
        for scope in ("group", "api_key"):
            with pytest.raises(NotFound):
                await budget_list.add(session, boss, scope, "nobody", "day", Limits(hard_cost=1))
        changed = await budget_list.change(session, boss, budget.id, Limits(hard_tokens=10))
        assert (changed.hard_cost, changed.soft_cost, changed.soft_tokens) == (None, None, 8)
        assert [each.budget.id for each in await budget_list.listed(session, boss)] == [budget.id]
        await budget_list.remove(session, boss, budget.id)
        assert await budget_list.listed(session, boss) == []


@both_databases
async def test_people_limit_their_own_api_keys(database, ann, bob):
    boss = await add_person("boss", role="admin")
    async with db.transaction() as session:
        key, _ = await api_keys.create(session, ann, name="Script")
        other, _ = await api_keys.create(session, ann, name="Other")
        mine = await budget_list.put(session, ann, "api_key", key.id, "day", Limits(hard_cost=10))
        await budget_list.put(session, boss, "api_key", key.id, "month", Limits(hard_cost=99))
    async with db.transaction() as session:
        again = await budget_list.put(session, ann, "api_key", key.id, "day", Limits(hard_cost=20))
        assert (again.id, again.hard_cost) == (mine.id, 20)
        with pytest.raises(NotAllowed, match="An administrator set this limit"):
            await budget_list.put(session, ann, "api_key", key.id, "month", Limits(hard_cost=1))
        for deed in (
            budget_list.put(session, bob, "api_key", key.id, "day", Limits(hard_cost=1)),
            budget_list.of(session, bob, "api_key", key.id),
            budget_list.remove(session, bob, mine.id),
            budget_list.take_away(session, ann, "api_key", other.id, "day"),
        ):
            with pytest.raises(NotFound):
                await deed
        found = await budget_list.of_keys(session, ann)
        assert {key_id: len(stand) for key_id, stand in found.items()} == {key.id: 2}
        assert await budget_list.of_keys(session, bob) == {}
        await api_keys.revoke(session, ann, key.id)
        assert await budget_list.listed(session, boss) == []


async def test_nobody_limits_those_above_them(database, ann):
    boss, owner = await add_person("boss", role="admin"), await add_person("olga", role="owner")
    async with db.transaction() as session:
        with pytest.raises(NotAllowed):
            await budget_list.put(session, boss, "user", owner.id, "day", Limits(hard_cost=1))
        hers = await budget_list.put(session, owner, "user", boss.id, "day", Limits(hard_cost=1))
        with pytest.raises(NotAllowed):
            await budget_list.change(session, boss, hers.id, Limits(hard_cost=2))
        with pytest.raises(NotAllowed):
            await budget_list.remove(session, boss, hers.id)
        await budget_list.put(session, boss, "user", ann.id, "day", Limits(hard_cost=1))
        (stand,) = await budget_list.of(session, boss, "user", ann.id)
        assert stand.budget.hard_cost == 1


def test_a_month_ends_where_the_next_begins(monkeypatch):
    for moment, end in (
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
    ):
        monkeypatch.setattr(periods, "now", lambda moment=moment: moment)
        assert periods.ends("month") == end
