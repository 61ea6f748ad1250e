"""The pages of providers, models, retirement and keys: what any client can do, and what it gets."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from conftest import add_person
from pages import page_of
from raw_server import raw_server, whole

from ioverse_app import db
from ioverse_app.providers import catalogue, registry
from ioverse_app.services import conversations, groups, paying, provider_keys
from ioverse_app.tables import Role
from ioverse_app.ui.account.provider_keys import ProviderKeysState
from ioverse_app.ui.accounts import current
from ioverse_app.ui.admin.models import ModelsState
from ioverse_app.ui.admin.providers_state import ProvidersState
from ioverse_app.ui.admin.retirement import RetirementState

KEY = "sk-mine-12345678"


@pytest.fixture(autouse=True)
async def fresh(database):
    current._known.clear()
    yield
    await registry.close()


@pytest.fixture
async def root(database):
    return await add_person("root", role=Role.ADMIN)


def listing(*names):
    body = {"data": [{"id": name} for name in names]}
    return whole(json.dumps(body).encode(), 200, "application/json")


async def run(page, state_class, handler, *args):
    """Run a handler, in the background or not, to its end."""
    state = await page.get_state(state_class)
    result = handler.fn(state, *args)
    if hasattr(result, "__aiter__"):
        async for _ in result:
            pass
    elif hasattr(result, "__await__"):
        await result
    return state


async def test_an_administrator_adds_and_orders_providers(root):
    page = await page_of(root, "/admin/providers")
    state = await run(page, ProvidersState, ProvidersState.load)
    assert {"OpenAI", "Anthropic", "Ollama"} <= {one.label for one in state.kinds}
    for label in ("A", "B"):
        await run(page, ProvidersState, ProvidersState.edit, "new")
        await run(page, ProvidersState, ProvidersState.choose, "vllm")
        assert state.address == "http://localhost:8000/v1"
        form = {"label": label, "base_url": "http://localhost:1/v1", "key": KEY}
        await run(page, ProvidersState, ProvidersState.save, form)
    assert [one.label for one in state.items] == ["A", "B"]
    assert KEY not in repr(state.dict())
    await run(page, ProvidersState, ProvidersState.lift, state.items[1].id)
    assert [one.label for one in state.items] == ["B", "A"]
    await run(page, ProvidersState, ProvidersState.show, state.items[0].id, False)
    assert not state.items[0].enabled
    await run(page, ProvidersState, ProvidersState.edit, state.items[0].id)
    await run(page, ProvidersState, ProvidersState.save, {"base_url": "ftp://x"})
    assert "http://" in state.problem
    await run(page, ProvidersState, ProvidersState.ask_to_remove, state.items[0].id, "B")
    await run(page, ProvidersState, ProvidersState.remove)
    assert [one.label for one in state.items] == ["A"]


async def test_who_does_not_administer_sees_and_changes_nothing(ann, root):
    page = await page_of(root, "/admin/providers")
    await run(page, ProvidersState, ProvidersState.choose, "ollama")
    theirs = await run(page, ProvidersState, ProvidersState.save, {})
    (item,) = theirs.items or [None]
    for who in (ann, None):
        page = await page_of(who, "/admin/providers")
        state = await run(page, ProvidersState, ProvidersState.load)
        await run(page, ProvidersState, ProvidersState.save, {"label": "Mine"})
        if item:
            await run(page, ProvidersState, ProvidersState.show, item.id, False)
        assert (state.items, state.environment, state.kinds) == ([], [], [])
        for other, load in (
            (ModelsState, ModelsState.edit),
            (RetirementState, RetirementState.move),
        ):
            loaded = await run(page, other, load, {} if other is RetirementState else "a/b")
            assert loaded.items == []
        models = await page.get_state(ModelsState)
        assert models.fields == []
        await run(page, ModelsState, ModelsState.save, {"hidden": "on"})
    assert catalogue.overridden("a/b") == {}


async def test_what_is_set_of_a_model_is_in_its_form(root):
    page = await page_of(root, "/admin/models")
    state = await run(page, ModelsState, ModelsState.edit, "openai/gpt-4.1")
    assert {one.name: one.hint for one in state.fields}["input_price"] == "2"
    form = {"label": "House", "input_price": "0.25", "vision": "no", "context_window": "64,000"}
    await run(page, ModelsState, ModelsState.save, form)
    profile = catalogue.profile("openai/gpt-4.1")
    assert (profile.label, profile.input_price, profile.vision) == ("House", 250_000, False)
    assert profile.context_window == 64_000
    await run(page, ModelsState, ModelsState.edit, "openai/gpt-4.1")
    assert {one.name: one.value for one in state.fields}["input_price"] == "0.25"
    assert state.sees == "no"
    for bad in ({"input_price": "free"}, {"context_window": "many"}, {"parameters": "top_k"}):
        await run(page, ModelsState, ModelsState.save, bad)
        assert state.problem
    await run(page, ModelsState, ModelsState.save, {})
    assert catalogue.overridden("openai/gpt-4.1") == {}


async def test_what_ends_is_moved_and_moved_back(root, ann):
    soon = (datetime.now(UTC).date() + timedelta(days=6)).isoformat()
    async with raw_server(listing("old", "new")) as server:
        page = await page_of(root, "/admin/retirement")
        await run(page, ProvidersState, ProvidersState.edit, "new")
        await run(page, ProvidersState, ProvidersState.choose, "vllm")
        await run(page, ProvidersState, ProvidersState.save, {"base_url": server.url})
        await run(page, ModelsState, ModelsState.edit, "vllm/old")
        await run(page, ModelsState, ModelsState.save, {"shutdown_date": soon})
        async with db.transaction() as session:
            chat = await conversations.start(session, ann, "Plans")
            chat.model = "vllm/old"
        state = await run(page, RetirementState, RetirementState.load)
        (item,) = state.items
        assert (item.used, item.stage) == ("1 chat of 1 person", "within-7")
        assert "in 6 days" in item.when
        await run(
            page, RetirementState, RetirementState.move, {"old": "vllm/old", "new": "vllm/new"}
        )
        assert (state.items, len(state.moves), state.problem) == ([], 1, "")
        await run(page, RetirementState, RetirementState.undo, state.moves[0].id)
        assert len(state.items) == 1
        assert state.moves[0].undone


async def test_ones_own_keys_are_listed_without_the_keys(ann, root):
    async with db.transaction() as session:
        await provider_keys.keep(session, ann, "groq", KEY)
    for who, about in ((ann, "Your key ends in 5678"), (root, "No key")):
        page = await page_of(who, "/account/provider-keys")
        state = await run(page, ProviderKeysState, ProviderKeysState.load)
        (item,) = [one for one in state.items if one.name == "groq"]
        assert item.about.startswith(about)
        assert KEY not in repr(state.dict())
    page = await page_of(ann, "/account/provider-keys")
    state = await run(page, ProviderKeysState, ProviderKeysState.remove, "groq")
    assert {one.about for one in state.items} == {"No key"}
    assert (await paying.wallet_of(ann)).keys == {}


async def test_a_model_is_for_everybody_for_some_groups_or_for_none(root):
    async with db.transaction() as session:
        writers = await groups.create(session, root, "Writers")
    page = await page_of(root, "/admin/models")
    for form, allowed in (
        ({"restricted": "on", f"group-{writers.id}": "on"}, [writers.id]),
        ({"restricted": "on"}, []),
        ({f"group-{writers.id}": "on"}, None),
    ):
        await run(page, ModelsState, ModelsState.edit, "vllm/old")
        await run(page, ModelsState, ModelsState.save, form)
        assert catalogue.overridden("vllm/old").get("allowed_groups") == allowed
        state = await run(page, ModelsState, ModelsState.edit, "vllm/old")
        assert state.restricted == (allowed is not None)
        assert [one.chosen for one in state.groups] == [bool(allowed)]
