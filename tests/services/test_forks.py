"""Forks: a copy that lives on its own."""

from __future__ import annotations

import pytest
from conftest import both_databases

from ioverse_app.errors import Conflict, NotFound
from ioverse_app.services import conversations, forks, messages
from ioverse_app.tables import Message


@pytest.fixture
async def chat(ann, session):
    chat = await conversations.start(session, ann, "Plans")
    chat.model = "scripted/parrot"
    parent = None
    for number in range(6):
        message = Message(
            conversation_id=chat.id,
            parent_id=parent,
            role="user" if number % 2 == 0 else "assistant",
            content=f"Message {number}",
            completion_tokens=number,
        )
        session.add(message)
        await session.flush()
        parent = message.id
    chat.head_id = parent
    return chat


@both_databases
async def test_a_fork_has_everything_down_to_its_message(ann, session, chat):
    page = await messages.page(session, chat)
    new = await forks.fork(session, ann, page.items[3].id)
    copied = await messages.page(session, new)
    assert [m.content for m in copied.items] == [f"Message {n}" for n in range(4)]
    assert (new.title, new.model) == ("Plans", "scripted/parrot")
    assert copied.items[3].completion_tokens == 3
    assert not {m.id for m in copied.items} & {m.id for m in page.items}
    await conversations.delete(session, ann, chat.id)
    assert len((await messages.page(session, new)).items) == 4


async def test_nobody_forks_what_is_not_theirs_or_not_done(ann, bob, session, chat):
    page = await messages.page(session, chat)
    with pytest.raises(NotFound):
        await forks.fork(session, bob, page.items[3].id)
    page.items[5].status = "streaming"
    with pytest.raises(Conflict):
        await forks.fork(session, ann, page.items[5].id)
