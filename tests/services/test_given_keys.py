"""Provider keys that administrators give: to a group, to one person, and to nobody above them."""

from __future__ import annotations

import json

import pytest
from conftest import add_person, both_databases
from raw_server import raw_server, refusing, whole
from sqlmodel import select

from ioverse_app import db
from ioverse_app.errors import NotAllowed, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.errors import KeyRefused
from ioverse_app.services import given_keys, groups, paying, provider_keys, providers
from ioverse_app.services.paying import Source
from ioverse_app.services.providers import Changes
from ioverse_app.tables import AuditEntry, GivenKey, Role

MINE, GIVEN, OURS = "sk-mine-12345678", "sk-given-1234567", "sk-group-1234567"
MODEL = "groq/llama-3.3"
LIST = whole(json.dumps({"data": [{"id": "llama-3.3"}]}).encode(), 200, "application/json")


@pytest.fixture(autouse=True)
async def fresh(database):
    yield
    await registry.close()


@pytest.fixture
async def boss(database):
    return await add_person("boss", role=Role.ADMIN)


async def payer(person):
    found = await paying.find(person, MODEL)
    return found.payer.source, found.payer.key


async def group_with(boss, *people):
    async with db.transaction() as session:
        group = await groups.create(session, boss, "Writers")
        for person in people:
            await groups.put(session, boss, person.id, [group.id])
    return group


@both_databases
async def test_a_given_key_pays_until_it_is_taken_back(boss, ann, bob):
    group = await group_with(boss, ann, bob)
    async with raw_server(*[LIST] * 3) as server:
        await providers.add(boss, "groq", Changes(base_url=server.url))
        with pytest.raises(paying.ModelNotFound):
            await paying.find(ann, MODEL)
        place, opened = await given_keys.give(boss, "groq", OURS, group_id=group.id)
        assert (place.last4, opened) == ("4567", 1)
        assert await payer(ann) == await payer(bob) == (Source.GROUP, OURS)
        await given_keys.give(boss, "groq", f" {GIVEN} ", user_id=ann.id)
        assert (await payer(ann), await payer(bob)) == (
            (Source.GIVEN, GIVEN),
            (Source.GROUP, OURS),
        )
        async with db.transaction() as session:
            await provider_keys.keep(session, ann, "groq", MINE)
        assert await payer(ann) == (Source.PERSONAL, MINE)
    async with db.transaction() as session:
        mine = {one.name: one for one in await provider_keys.places(session, ann)}
        assert (mine["groq"].served, mine["openai"].served) == (True, False)
        given = {one.name: one for one in await given_keys.places(session, ann)}
        assert (given["groq"].last4, given["openai"].last4) == ("4567", "")
        await provider_keys.remove(session, ann, "groq")
        await given_keys.remove(session, boss, ann, "groq")
        with pytest.raises(NotFound):
            await given_keys.remove(session, boss, ann, "groq")
    assert await payer(ann) == (Source.GROUP, OURS)
    async with db.transaction() as session:
        await groups.put(session, boss, ann.id, [])
    with pytest.raises(paying.ModelNotFound):
        await paying.find(ann, MODEL)
    assert await payer(bob) == (Source.GROUP, OURS)
    async with db.transaction() as session:
        await groups.delete(session, boss, group.id)
    with pytest.raises(paying.ModelNotFound):
        await paying.find(bob, MODEL)
    async with db.reading() as session:
        assert (await session.exec(select(GivenKey))).all() == []
        log = (await session.exec(select(AuditEntry))).all()
    assert {"key.given", "key.taken_back"} <= {entry.action for entry in log}
    assert OURS not in str([entry.model_dump() for entry in log])


@both_databases
async def test_given_keys_and_groups_are_known_from_the_start(boss, ann, bob):
    group = await group_with(boss, ann)
    async with raw_server(*[LIST] * 2) as server:
        await providers.add(boss, "groq", Changes(base_url=server.url, allowed_groups=[group.id]))
        await given_keys.give(boss, "groq", OURS, group_id=group.id)
        await given_keys.give(boss, "groq", GIVEN, user_id=bob.id)
    try:
        await paying.load()
        nothing = object()  # nothing is asked of it
        wallet = await paying.wallet_of(ann, nothing)
        assert (wallet.groups, wallet.group_keys["groq"].secret) == ({group.id}, OURS)
        assert OURS not in repr(wallet)
        assert (await paying.wallet_of(bob, nothing)).given["groq"].secret == GIVEN
        with pytest.raises(paying.ModelNotFound):
            await paying.find(bob, MODEL)  # it is open to the group alone
        async with db.transaction() as session:
            await groups.put(session, boss, bob.id, [group.id])
        assert await payer(bob) == (Source.GIVEN, GIVEN)
    finally:
        paying.forget_everyone()


async def test_only_administrators_give_and_not_to_those_above_them(boss, ann, bob):
    owner = await add_person("olga", role=Role.OWNER)
    group = await group_with(boss, ann)
    for giver, to in (
        (ann, {"user_id": bob.id}),
        (ann, {"group_id": group.id}),
        (boss, {"user_id": owner.id}),
        (boss, {"user_id": boss.id}),
    ):
        with pytest.raises(NotAllowed):
            await given_keys.give(giver, "groq", OURS, **to)
    for to in ({"user_id": "nobody"}, {"group_id": "nothing"}, {}):
        with pytest.raises(NotFound):
            await given_keys.give(boss, "groq", OURS, **to)


async def test_a_key_that_is_refused_is_not_given(boss, ann):
    async with raw_server(refusing(403, {"error": {"message": "Archived."}})) as server:
        await providers.add(boss, "groq", Changes(base_url=server.url))
        with pytest.raises(KeyRefused, match="Archived"):
            await given_keys.give(boss, "groq", OURS, user_id=ann.id)
    async with db.reading() as session:
        assert (await session.exec(select(GivenKey))).all() == []
