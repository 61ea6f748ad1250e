"""The trash: everything deleted is in it for 30 days, and what leaves it is gone altogether."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import both_databases
from sqlalchemy import func
from sqlmodel import col, select

from ioverse_app import db, live
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import conversations, notices, trash
from ioverse_app.services.notices import ManyChanged, TrashEmptied
from ioverse_app.tables import (
    Attachment,
    Conversation,
    Message,
    Run,
    RunEvent,
    RunStatus,
    Vote,
    now,
)


async def chats(user, count, deleted=True):
    """Chats that were deleted a minute apart, the first one last."""
    async with db.transaction() as session:
        made = [await conversations.start(session, user, f"Chat {i}") for i in range(count)]
        for i, chat in enumerate(made):
            chat.deleted_at = now() - timedelta(minutes=i // 2) if deleted else None
    return made


async def talk(chat, user, count=4):
    """A conversation with everything that can hang on one, as deep as it is long."""
    async with db.transaction() as session:
        last = None
        made = []
        for i in range(count):
            role = "assistant" if i % 2 else "user"
            made.append(Message(conversation_id=chat.id, parent_id=last, role=role, content="x"))
            last = made[-1].id
        session.add_all(made)
        await session.flush()
        run = Run(
            user_id=user.id,
            conversation_id=chat.id,
            message_id=last,
            model="m",
            status=RunStatus.COMPLETED,
        )
        file = Attachment(
            user_id=user.id,
            conversation_id=chat.id,
            message_id=made[0].id,
            name="a.txt",
            kind="text",
            media_type="text/plain",
            size=1,
            stored="0",
        )
        session.add_all([run, file, Vote(message_id=last, user_id=user.id, value="up")])
        await session.flush()
        session.add(RunEvent(run_id=run.id, number=1, kind="text"))


async def counts():
    async with db.reading() as session:
        return [
            (await session.exec(select(func.count()).select_from(table))).one()
            for table in (Conversation, Message, Run, RunEvent, Vote, Attachment)
        ]


async def titles(user, limit=2):
    read, cursor = [], None
    while True:
        async with db.reading() as session:
            page = await trash.page(session, user, cursor=cursor, limit=limit)
        read += [chat.title for chat in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return read


@both_databases
async def test_what_was_deleted_last_comes_first_on_every_size_of_page(ann, bob):
    await chats(ann, 5)
    await chats(ann, 1, deleted=False)
    await chats(bob, 1)
    expected = ["Chat 1", "Chat 0", "Chat 3", "Chat 2", "Chat 4"]
    for limit in (1, 2, 50):
        assert sorted(await titles(ann, limit)) == sorted(expected)
    async with db.reading() as session:
        page = await trash.page(session, ann)
    moments = [chat.deleted_at for chat in page.items]
    assert moments == sorted(moments, reverse=True)
    assert await titles(bob) == ["Chat 0"]
    async with db.reading() as session:
        with pytest.raises(Invalid):
            await trash.page(session, ann, cursor="x")


@both_databases
async def test_nothing_is_left_of_what_is_deleted_for_good(ann, bob):
    gone, stays, listed = *await chats(ann, 2), (await chats(ann, 1, deleted=False))[0]
    (theirs,) = await chats(bob, 1)
    for chat, user in ((gone, ann), (stays, ann), (listed, ann), (theirs, bob)):
        await talk(chat, user)
    async with db.transaction() as session:
        ids = [gone.id, listed.id, theirs.id, "nobody's"]
        assert await trash.erase(session, ann, ids) == [gone.id]
    assert await counts() == [3, 12, 3, 3, 3, 3]
    async with db.transaction() as session:
        with pytest.raises(NotFound):
            await conversations.restore(session, ann, gone.id)
        await conversations.restore(session, ann, stays.id)
    assert await titles(ann) == []


@both_databases
async def test_a_chat_of_thousands_of_messages_can_be_deleted_for_good(ann):
    (chat,) = await chats(ann, 1)
    await talk(chat, ann, 3000)
    async with db.transaction() as session:
        await trash.erase(session, ann, [chat.id])
    assert await counts() == [0, 0, 0, 0, 0, 0]


async def test_emptying_takes_everything_of_one_person(ann, bob):
    await chats(ann, 45)
    (listed,) = await chats(ann, 1, deleted=False)
    await chats(bob, 1)
    with live.following(notices.topic(ann.id)) as subscription:
        assert await trash.empty(ann) == 45
        assert await subscription.next() == TrashEmptied()
    assert await titles(ann) == []
    assert await titles(bob) == ["Chat 0"]
    async with db.reading() as session:
        assert (await conversations.get(session, ann, listed.id)).title == "Chat 0"


@both_databases
async def test_the_purge_takes_what_is_older_than_thirty_days(ann):
    old, young = await chats(ann, 2)
    for chat, days in ((old, 30.1), (young, 29.9)):
        await talk(chat, ann)
        await delete_earlier(chat, days)
    assert await trash.purge() == 1
    assert await counts() == [1, 4, 1, 1, 1, 1]
    assert await titles(ann) == [young.title]
    assert await trash.purge() == 0


async def delete_earlier(chat, days):
    async with db.transaction() as session:
        row = await session.get_one(Conversation, chat.id)
        row.deleted_at = now() - timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "left"), [(0, 30), (0.5, 30), (11.9, 19), (12.1, 18), (29.5, 1), (31, 0)]
)
def test_the_days_that_are_left(days, left):
    deleted_at = now() - timedelta(days=days, seconds=1)
    chat = Conversation(owner_id="x", deleted_at=deleted_at)
    assert trash.days_left(chat) == left


async def test_open_pages_are_told(ann):
    (chat,) = await chats(ann, 1)
    with live.following(notices.topic(ann.id)) as subscription:
        async with db.transaction() as session:
            await trash.erase(session, ann, [chat.id])
        assert await subscription.next() == ManyChanged((chat.id,))


async def test_a_temporary_chat_is_never_in_the_trash(ann):
    async with db.transaction() as session:
        chat = await conversations.start(session, ann, "Secret", temporary=True)
        await conversations.delete(session, ann, chat.id)
    assert await titles(ann) == []
    async with db.reading() as session:
        found = (await session.exec(select(Conversation).where(col(Conversation.temporary)))).all()
    assert [c.title for c in found] == ["Secret"], "until the purge"
