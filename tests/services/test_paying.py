"""Which key pays, and so which models a person sees: one's own, the server's, or none."""

from __future__ import annotations

import itertools
import json

import pytest
from asking import read, request
from conftest import add_person, both_databases
from raw_server import raw_server, refusing, saying, whole

from ioverse_app import db, security
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.errors import KeyRefused, ModelNotFound
from ioverse_app.providers.presets import presets
from ioverse_app.services import (
    connections,
    model_overrides,
    models,
    paying,
    provider_keys,
    providers,
)
from ioverse_app.services.paying import Key, Payer, Source, Wallet
from ioverse_app.services.providers import Changes
from ioverse_app.tables import PaidBy, Provider, ProviderKey, Role

MINE, OURS = "sk-mine-12345678", "sk-ours-87654321"


@pytest.fixture(autouse=True)
async def fresh(database):
    yield
    await registry.close()


@pytest.fixture
async def root(database):
    return await add_person("root", role=Role.ADMIN)


def listing(*names):
    body = {"data": [{"id": name} for name in names]}
    return whole(json.dumps(body).encode(), 200, "application/json")


def connection(kind="groq", **values):
    return Connection("house", "House", presets()[kind], "https://ai.example.org", **values)


def secrets(wallet):
    return {name: key.secret for name, key in wallet.keys.items()}


ORDER = (Source.PERSONAL, Source.GIVEN, Source.GROUP, Source.SERVER)
HELD = [frozenset(held) for n in range(5) for held in itertools.combinations(ORDER, n)]


@pytest.mark.parametrize("held", HELD, ids=lambda held: "+".join(sorted(held)) or "nothing")
@pytest.mark.parametrize("kind", ["groq", "vllm", "ollama"])
def test_the_first_key_of_the_order_pays(kind, held):
    """Every combination of keys, for a kind that needs one, one that may, and one that may not."""
    purse = {source: {"house": Key(source, f"{source} id")} for source in held}
    wallet = Wallet(*(purse.get(source, {"other": Key(MINE)}) for source in ORDER[:3]))
    server = "server" if Source.SERVER in held else None
    paid = paying.payer(connection(kind, key=server), wallet)
    first = next((source for source in ORDER if source in held), None)
    if kind == "ollama" or (first is None and kind == "vllm"):
        assert paid == Payer(Source.NONE)
        assert paid.account.paid_by == PaidBy.SERVER
    elif first is None:
        assert paid is None
    else:
        key_id = None if first == Source.SERVER else f"{first} id"
        assert paid == Payer(first, str(first), key_id)
        assert (paid.account.paid_by, paid.account.key_id) == (PaidBy(str(first)), key_id)


def test_what_is_open_to_groups_is_closed_to_everybody_else():
    few = connection("vllm", allowed_groups=frozenset({"staff"}))
    assert paying.payer(few, Wallet()) is None
    assert paying.payer(few, Wallet(groups=frozenset({"staff", "more"}))) == Payer(Source.NONE)


@both_databases
async def test_a_key_opens_the_models_of_a_provider_that_the_server_cannot_ask(ann, bob, root):
    talk = [{"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}]
    async with raw_server(listing("llama-3.3"), listing("llama-3.3"), saying(*talk)) as server:
        await providers.add(root, "groq", Changes(label="House", base_url=server.url))
        assert (await paying.available(ann)).models == ()
        with pytest.raises(ModelNotFound):
            await paying.find(ann, "groq/llama-3.3")
        place, opened = await provider_keys.give(ann, "groq", f"  {MINE} ")
        assert (place.label, place.last4, opened) == ("House", "5678", 1)
        assert [one.ref for one in (await paying.available(ann)).models] == ["groq/llama-3.3"]
        assert (await paying.available(bob)).models == ()
        with pytest.raises(Invalid):
            await models.check(bob, "groq/llama-3.3")
        provider, profile, paid = await paying.find(ann, "groq/llama-3.3")
        assert (paid.source, paid.key) == (Source.PERSONAL, MINE)
        await read(provider.stream(request(model=profile.model)))
        assert all(f"bearer {MINE}" in talk.head.lower() for talk in server.asked)
        async with db.transaction() as session:
            await provider_keys.remove(session, ann, "groq")
        assert (await paying.available(ann)).models == ()
    async with db.reading() as session:
        with pytest.raises(NotFound):
            await provider_keys.remove(session, ann, "groq")


async def test_a_key_that_is_refused_is_not_kept_and_the_provider_says_why(ann, root):
    no = refusing(403, {"error": {"message": "This project is archived."}})
    async with raw_server(no) as server:
        await providers.add(root, "groq", Changes(base_url=server.url))
        with pytest.raises(KeyRefused, match="This project is archived"):
            await provider_keys.give(ann, "groq", MINE)
    for key in ("", "short", "with a space in it"):
        with pytest.raises(Invalid):
            await provider_keys.give(ann, "groq", key)
    for name in ("nobody", "embedded", ""):
        with pytest.raises(NotFound):
            await provider_keys.give(ann, name, MINE)
    async with db.reading() as session:
        assert (await session.exec(ProviderKey.visible_to(ann))).all() == []


async def test_each_provider_that_takes_keys_is_shown_with_the_key_that_is_there(
    ann, bob, configure
):
    configure(openai_api_key=OURS)
    async with db.transaction() as session:
        await provider_keys.keep(session, ann, "anthropic", MINE)
    async with db.reading() as session:
        mine = {one.name: one for one in await provider_keys.places(session, ann)}
        theirs = {one.name: one for one in await provider_keys.places(session, bob)}
    assert mine["openai"].served
    assert not mine["anthropic"].served
    assert (mine["anthropic"].last4, theirs["anthropic"].last4) == ("5678", "")
    assert mine.keys() >= {"gemini", "mistral", "groq", "typhoon", "openrouter", "deepseek"}
    assert not {"ollama", "compatible", "vllm"} & mine.keys()


async def test_an_administrator_adds_orders_hides_and_removes_providers(root, ann):
    async with raw_server(*[listing("a-model")] * 8) as server:
        first = await providers.add(root, "compatible", Changes(label="A", base_url=server.url))
        second = await providers.add(
            root, "compatible", Changes(label="B", base_url=server.url, key=OURS)
        )
        assert (first.name, second.name) == ("compatible", "compatible-2")
        assert (second.last4, security.unseal(second.sealed or "")) == ("4321", OURS)
        shown = [one.provider_label for one in (await paying.available(ann)).models]
        assert shown == ["A", "B"]
        await providers.change(root, second.id, Changes(place=0))
        await providers.change(root, first.id, Changes(label="  Our   own "))
        shown = [one.provider_label for one in (await paying.available(ann)).models]
        assert shown == ["B", "Our own"]
        await providers.change(root, second.id, Changes(enabled=False))
        with pytest.raises(ModelNotFound):
            await paying.find(ann, "compatible-2/a-model")
        await providers.change(root, second.id, Changes(enabled=True, allowed_groups=["staff"]))
        assert len((await paying.available(ann)).models) == 1
        await providers.change(root, second.id, Changes(for_everyone=True, key=""))
        assert len((await paying.available(ann)).models) == 2
        await providers.remove(root, second.id)
        assert len((await paying.available(ann)).models) == 1
        await connections.load()
        assert len((await paying.available(ann)).models) == 1


async def test_keys_that_were_there_at_the_start_cost_no_page_a_statement(ann, bob, configure):
    configure(openai_base_url="http://localhost:1/v1")
    async with db.transaction() as session:
        await provider_keys.keep(session, ann, "groq", MINE)
    try:
        await paying.load()
        asked = object()  # nothing is asked of it
        assert secrets(await paying.wallet_of(ann, asked)) == {"groq": MINE}
        assert (await paying.wallet_of(bob, asked)).keys == {}
        async with db.transaction() as session:
            await provider_keys.keep(session, bob, "groq", OURS)
        assert secrets(await paying.wallet_of(bob)) == {"groq": OURS}
        assert OURS not in repr(await paying.wallet_of(bob))
    finally:
        paying._stored = None


@pytest.mark.parametrize(
    "address",
    [
        "ftp://ai.example.org",
        "ai.example.org/v1",
        "https://me:secret@ai.example.org/v1",
        "https://ai.example.org/v1?key=1",
        "http://",
        "http://a b/v1",
        "http://[::1",
        "javascript:alert(1)",
        "",
    ],
)
async def test_an_address_is_one_of_the_web_without_a_password(root, address):
    with pytest.raises(Invalid):
        await providers.add(root, "compatible", Changes(base_url=address))


async def test_only_administrators_add_and_set(ann, root):
    row = await providers.add(root, "ollama", Changes())
    for attempt in (
        providers.add(ann, "ollama", Changes()),
        providers.change(ann, row.id, Changes(label="Mine")),
        providers.remove(ann, row.id),
        model_overrides.change(ann, "ollama/x", {"label": "Mine"}),
        anext(providers.test(ann, "ollama")),
    ):
        with pytest.raises(Exception, match="Only administrators"):
            await attempt
    async with db.reading() as session:
        assert (await session.exec(Provider.administered_by(ann))).all() == []


@both_databases
async def test_what_is_set_of_a_model_holds_at_once_and_can_be_taken_back(root, ann):
    async with raw_server(listing("llama-3.3", "qwen3")) as server:
        await providers.add(root, "vllm", Changes(base_url=server.url))
        assert len((await paying.available(ann)).models) == 2
        ref = "vllm/llama-3.3"
        set_now = await model_overrides.change(
            root, ref, {"label": "House llama", "vision": True, "input_price": 250_000}
        )
        assert set_now["label"] == "House llama"
        now = await paying.available(ann)
        assert "House llama" in {one.label for one in now.models}
        _, profile, _ = await paying.find(ann, ref)
        assert (profile.vision, profile.input_price) == (True, 250_000)
        await model_overrides.change(root, ref, {"hidden": True, "label": None})
        assert [one.label for one in (await paying.available(ann)).models] == ["qwen3"]
        assert (await paying.find(ann, ref)).profile.vision
        await model_overrides.change(root, ref, {"hidden": None, "allowed_groups": ["staff"]})
        with pytest.raises(ModelNotFound, match="not open to you"):
            await paying.find(ann, ref)
        await model_overrides.change(root, ref, {"allowed_groups": None, "vision": None})
        await model_overrides.change(root, ref, {"shutdown_date": "2020-01-31"})
        assert [one.ref for one in (await paying.available(ann)).ended] == [ref]
        await model_overrides.change(root, ref, {"shutdown_date": "", "input_price": None})
        assert len((await paying.available(ann)).models) == 2
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"context_window": 0},
        {"context_window": True},
        {"vision": "yes"},
        {"shutdown_date": "tomorrow"},
        {"parameters": ["top_k"]},
        {"label": "x" * 101},
        {"input_price": -1},
        {"something": 1},
    ],
)
async def test_what_cannot_be_set_is_refused(root, facts):
    with pytest.raises(Invalid):
        await model_overrides.change(root, "vllm/x", facts)


async def test_a_provider_is_tried_part_by_part(root):
    chat = [{"choices": [{"delta": {"content": "ready"}}]}]
    chat += [{"choices": [{"delta": {}, "finish_reason": "stop"}]}]
    called = {"choices": [{"message": {"tool_calls": [{"function": {"name": "tell_time"}}]}}]}
    vector = {"data": [{"embedding": [0.1, 0.2, 0.3]}]}

    def answering(body):
        return whole(json.dumps(body).encode(), 200, "application/json")

    scripts = [
        listing("gemma-3", "nomic-embed-text"),
        saying(*chat),
        saying(*chat),
        answering(called),
        listing("gemma-3", "nomic-embed-text"),
        answering(vector),
    ]
    async with raw_server(*scripts) as server:
        await providers.add(root, "vllm", Changes(base_url=server.url))
        found = {one.name: one async for one in providers.test(root, "vllm")}
    assert {one.outcome for one in found.values()} == {"works"}
    assert list(found) == ["Models", "Streaming", "Pictures", "Tools", "Embeddings"]
    assert found["Embeddings"].sentence == "nomic-embed-text gave 3 numbers"
    async with raw_server(refusing(401, {"error": {"message": "No"}})) as server:
        await providers.add(root, "groq", Changes(base_url=server.url, key=OURS))
        (only,) = [one async for one in providers.test(root, "groq")]
    assert (only.outcome, "refused the key" in only.sentence) == ("fails", True)
