"""What an open page is told: all of it, in order, whenever it comes."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.engine.events import Ended
from ioverse_app.errors import NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import conversations, feeds, runs
from ioverse_app.services.feeds import Following, Said
from ioverse_app.services.notices import ListChanged, RunStarted


@pytest.fixture(autouse=True)
async def running(database):
    async with engine.running() as running:
        yield running
    await registry.close()


async def watch(user, conversation_id, until, into=None):
    """What a page is told, up to the first happening that `until` accepts."""
    told = into if into is not None else []
    async with asyncio.timeout(5), aclosing(feeds.follow(user, conversation_id)) as feed:
        async for happening in feed:
            told.append(happening)
            if until(happening):
                return told
    return told


def is_end(happening) -> bool:
    return isinstance(happening, Said) and isinstance(happening.entries[-1].event, Ended)


def text_of(told) -> str:
    text = ""
    for said in told:
        if isinstance(said, Said):
            assert said.offset == len(text), "every piece says where it belongs"
            text += "".join(e.event.text for e in said.entries if isinstance(e.event, TextDelta))
    return text


async def test_pages_that_come_early_late_and_in_between_show_the_same(ann):
    registry.use(
        Scripted([*(s for i in range(5) for s in (TextDelta(f"{i} "), 0.07)), Finished("stop")])
    )
    first = await runs.start(ann, None, "Count.", model="scripted/parrot")
    early = asyncio.create_task(watch(ann, first.conversation_id, is_end))
    await asyncio.sleep(0.2)
    between = await watch(ann, first.conversation_id, is_end)
    assert text_of(await early) == text_of(between) == "0 1 2 3 4 "
    caught_up = next(item for item in between if isinstance(item, Said))
    assert len(caught_up.entries) > 1, "what was there already comes in one piece"
    assert isinstance(between[0], Following)
    assert between[0].answer_ids == {first.answer_id}

    late = asyncio.create_task(watch(ann, first.conversation_id, is_end))
    await asyncio.sleep(0.05)
    second = await runs.start(ann, first.conversation_id, "Again.", model="scripted/parrot")
    told = await late
    assert not told[0].answer_ids
    assert told[0].head_id == first.answer_id
    started = next(item for item in told if isinstance(item, RunStarted))
    assert (started.answer_id, started.question_id) == (second.answer_id, second.question_id)
    assert text_of(told) == "0 1 2 3 4 "


async def test_a_continued_answer_goes_on_where_it_was(ann, configure):
    configure(continuations=0)
    registry.use(Scripted([TextDelta("One, "), Finished("length")]))
    first = await runs.start(ann, None, "Count.", model="scripted/parrot")
    await watch(ann, first.conversation_id, lambda item: isinstance(item, Following))
    async for _ in runs.follow(ann, first.run_id):
        pass
    registry.use(Scripted([0.05, TextDelta("two."), Finished("stop")]))
    page = asyncio.create_task(watch(ann, first.conversation_id, is_end))
    await asyncio.sleep(0.05)
    await runs.resume(ann, first.answer_id)
    said = next(item for item in await page if isinstance(item, Said))
    assert said.offset == len("One, ")


async def test_changes_of_the_list_reach_this_person_only_and_after_the_commit(ann, bob):
    anns, bobs = [], []
    pages = [
        asyncio.create_task(watch(ann, None, lambda _: len(anns) == 3, anns)),
        asyncio.create_task(watch(bob, None, lambda _: False, bobs)),
    ]
    await asyncio.sleep(0.05)
    async with db.transaction() as session:
        chat = await conversations.start(session, ann, "Plans")
        await conversations.rename(session, ann, chat.id, "Better plans")
        await asyncio.sleep(0.02)
        assert anns == []
    async with db.transaction() as session:
        await conversations.delete(session, ann, chat.id)
    async with db.transaction() as session:
        await conversations.restore(session, ann, chat.id)
    await pages[0]
    assert anns == [ListChanged(chat.id)] * 3
    pages[1].cancel()
    assert bobs == []


async def test_nobody_follows_somebody_elses_conversation(ann, bob):
    registry.use(Scripted([TextDelta("x"), Finished("stop")]))
    started = await runs.start(ann, None, "Hello", model="scripted/parrot")
    with pytest.raises(NotFound):
        await watch(bob, started.conversation_id, is_end)
