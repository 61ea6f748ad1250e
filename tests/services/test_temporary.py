"""Temporary chats: in no list, gone when they are left, at the latest a day later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import both_databases, eventually
from sqlmodel import col, select

from ioverse_app import db, live
from ioverse_app.engine import engine
from ioverse_app.errors import NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import conversations, forks, notices, runs, temporary
from ioverse_app.services.notices import ListChanged
from ioverse_app.tables import Conversation, Message, Run, now

MODEL = "scripted/parrot"


@pytest.fixture
async def parrot(database):
    async with engine.running():
        registry.use(Scripted([TextDelta("Hello"), Finished("stop")]))
        yield
    await registry.close()


async def start(user, **values):
    async with db.transaction() as session:
        chat = await conversations.start(session, user, "Secret", temporary=True)
        for name, value in values.items():
            setattr(chat, name, value)
    return chat


async def there() -> list[str]:
    async with db.reading() as session:
        return sorted((await session.exec(select(col(Conversation.title)))).all())


async def listed(user) -> list[str]:
    async with db.reading() as session:
        return [chat.title for chat in (await conversations.page(session, user)).items]


@both_databases
async def test_it_is_in_no_list_and_kept_when_its_person_says_so(ann, bob):
    chat = await start(ann)
    assert await listed(ann) == []
    async with db.reading() as session:
        assert (await conversations.get(session, ann, chat.id)).title == "Secret"
        assert await conversations.find_kept(session, ann, [chat.id]) == []
    async with db.transaction() as session:
        with pytest.raises(NotFound):
            await temporary.keep(session, bob, chat.id)
    with live.following(notices.topic(ann.id)) as subscription:
        async with db.transaction() as session:
            await temporary.keep(session, ann, chat.id)
        assert await subscription.next() == ListChanged(chat.id)
    assert await listed(ann) == ["Secret"]
    async with db.transaction() as session:
        assert not await temporary.leave(session, ann, chat.id)
    assert await there() == ["Secret"]


async def test_leaving_it_deletes_it_for_its_owner_alone(ann, bob):
    chat = await start(ann)
    async with db.transaction() as session:
        assert not await temporary.leave(session, bob, chat.id)
    assert await there() == ["Secret"]
    async with db.transaction() as session:
        assert await temporary.leave(session, ann, chat.id)
        assert not await temporary.leave(session, ann, "nobody's")
    assert await there() == []


@both_databases
async def test_the_purge_takes_what_nobody_used_for_a_day_or_was_deleted(ann):
    await start(ann, title="idle", active_at=now() - timedelta(hours=24.1))
    await start(ann, title="in use", active_at=now() - timedelta(hours=23.9))
    await start(ann, title="deleted", deleted_at=now())
    await start(ann, title="ordinary", temporary=False, active_at=now() - timedelta(days=99))
    assert await temporary.purge() == 2
    assert await there() == ["in use", "ordinary"]


async def test_a_message_can_begin_one_and_its_copy_is_one_too(ann, parrot):
    started = await runs.start(ann, None, "Psst", model=MODEL, temporary=True)
    async for _ in runs.follow(ann, started.run_id):
        pass
    assert await listed(ann) == []
    async with db.transaction() as session:
        assert (await forks.fork(session, ann, started.answer_id)).temporary


async def test_leaving_it_stops_what_is_being_written(ann, parrot):
    registry.use(Scripted([TextDelta("word "), 0.02] * 1000))
    started = await runs.start(ann, None, "Talk", model=MODEL, temporary=True)
    await eventually(lambda: engine.current()._working)
    async with db.transaction() as session:
        await temporary.leave(session, ann, started.conversation_id)
    await eventually(lambda: not engine.current()._runs)
    async with db.reading() as session:
        for table in (Conversation, Message, Run):
            assert (await session.exec(select(table))).all() == []
    # The writer goes on for everybody else.
    registry.use(Scripted([TextDelta("Hello"), Finished("stop")]))
    other = await runs.start(ann, None, "Again", model=MODEL)
    async for _ in runs.follow(ann, other.run_id):
        pass
    assert await runs.text_so_far(ann, other.answer_id) == "Hello"
