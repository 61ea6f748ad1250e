"""The model of a conversation: chosen among what there is now, and told to every tab."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import both_databases

from ioverse_app import db, live
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.provider import Model
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, models, parameters
from ioverse_app.services.notices import SettingsChanged, topic
from ioverse_app.tables import Conversation

PARROT, RAVEN, DODO = "scripted/parrot", "scripted/raven", "scripted/dodo"


class Aviary(Scripted):
    """Two birds that talk, and one that has died out."""

    async def models(self) -> list[Model]:
        ends = {"raven": date(2999, 1, 14), "dodo": date(1662, 1, 1)}
        names = ("dodo", "parrot", "raven")
        return [Model(f"scripted/{n}", n.title(), "scripted", "Birds", ends.get(n)) for n in names]


@pytest.fixture(autouse=True)
async def birds(database):
    registry.use(Aviary(words("Yes.")))
    yield
    await registry.close()


@pytest.fixture
async def chat(ann) -> Conversation:
    async with db.transaction() as session:
        return await conversations.start(session, ann, "Plans")


@both_databases
async def test_the_choice_is_stored_at_once_and_told_once(ann, chat):
    with live.following(topic(ann.id)) as notices:
        await models.choose(ann, chat.id, RAVEN)
        await models.choose(ann, chat.id, RAVEN)
        async with db.transaction() as session:
            await parameters.set(session, ann, chat.id, {"seed": 1})
        for _ in range(2):  # for the model, and for the parameters
            assert await notices.next() == SettingsChanged(chat.id)
        assert notices._queue.empty()
    async with db.reading() as session:
        assert (await conversations.get(session, ann, chat.id)).model == RAVEN


async def test_what_cannot_be_used_now_is_refused(ann, bob, chat):
    with pytest.raises(Invalid, match="has shut this model down"):
        await models.choose(ann, chat.id, DODO)
    for ref in ("scripted/sparrow", "openai/gpt-4o", "", "x" * 5000):
        with pytest.raises(Invalid, match="cannot be used here now"):
            await models.choose(ann, chat.id, ref)
    with pytest.raises(NotFound):
        await models.choose(bob, chat.id, PARROT)
    async with db.reading() as session:
        assert (await conversations.get(session, ann, chat.id)).model is None


async def test_the_default_is_one_that_has_not_ended():
    now = await registry.available()
    assert [model.ref for model in now.models] == [PARROT, RAVEN]
    assert [model.ref for model in now.ended] == [DODO]
    assert await registry.default() == PARROT


def test_the_last_used_come_first():
    day = datetime(2026, 11, 20, tzinfo=UTC)
    used = [
        Conversation(owner_id="ann", model=model, active_at=day + timedelta(hours=hour))
        for hour, model in enumerate([PARROT, RAVEN, PARROT, None])
    ]
    assert models.recent(used) == [PARROT, RAVEN]
    assert models.recent(used, limit=1) == [PARROT]
    assert models.recent([]) == []


async def test_the_clock_asks_anew_what_the_providers_have():
    assert await models.refresh() == 3
    raven = Model("scripted/raven", "Raven", "scripted", "Birds")
    registry.configured()[0].models = lambda: _only(raven)
    assert [model.ref for model in (await registry.available()).models] == [PARROT, RAVEN]
    assert await models.refresh() == 1
    assert [model.ref for model in (await registry.available()).models] == [RAVEN]


async def _only(model: Model) -> list[Model]:
    return [model]
