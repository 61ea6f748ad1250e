"""The list of chats: pinned first, archived apart, several at once, a cursor that holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import both_databases

from ioverse_app import db, live
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import conversations, notices
from ioverse_app.services.notices import ListChanged, ManyChanged
from ioverse_app.tables import now


async def chats(session, user, count):
    made = []
    for i in range(count):
        chat = await conversations.start(session, user, f"Chat {i}")
        chat.active_at = now() - timedelta(minutes=i // 2)  # some at almost the same moment
        made.append(chat)
    await session.flush()
    return made


async def titles(session, user, limit=2, **which) -> list[str]:
    """The whole list, page by page."""
    read, cursor = [], None
    while True:
        page = await conversations.page(session, user, cursor=cursor, limit=limit, **which)
        read += [chat.title for chat in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return read


@both_databases
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_pinned_chats_come_first_on_every_size_of_page(ann, bob, session, limit):
    await chats(session, bob, 2)
    made = await chats(session, ann, 7)
    everything = await titles(session, ann, limit)
    for chat in (made[6], made[3], made[4]):
        await conversations.pin(session, ann, chat.id)
    pinned = [title for title in everything if title in ("Chat 3", "Chat 4", "Chat 6")]
    rest = [title for title in everything if title not in pinned]
    assert await titles(session, ann, limit) == pinned + rest
    for chat in (made[6], made[3], made[4]):
        await conversations.pin(session, ann, chat.id, False)
    assert await titles(session, ann, limit) == everything


async def test_archived_chats_are_kept_apart_and_can_be_opened(ann, session):
    made = await chats(session, ann, 4)
    await conversations.pin(session, ann, made[0].id)
    await conversations.archive(session, ann, made[0].id)
    await conversations.archive(session, ann, made[2].id)
    assert sorted(await titles(session, ann)) == ["Chat 1", "Chat 3"]
    assert await titles(session, ann, limit=1, archived=True) == ["Chat 0", "Chat 2"]
    assert (await conversations.get(session, ann, made[0].id)).title == "Chat 0"
    await conversations.archive(session, ann, made[0].id, False)
    assert (await titles(session, ann))[0] == "Chat 0", "it is still pinned"


async def test_a_cursor_outlives_the_chat_that_it_came_from(ann, session):
    await chats(session, ann, 6)
    order = await titles(session, ann)
    page = await conversations.page(session, ann, limit=3)
    await conversations.delete(session, ann, page.items[-1].id)
    page.items[0].active_at = now() + timedelta(minutes=1)
    await session.flush()
    rest = await conversations.page(session, ann, cursor=page.next_cursor, limit=3)
    assert [chat.title for chat in rest.items] == order[3:]


@pytest.mark.parametrize(
    "cursor", ["x", "0" * 32, "p.1", "o.x.y", f"o.{10**30}.1", f"o.{'9' * 9000}.1", "a.b.c.d"]
)
async def test_what_is_no_cursor_is_refused(ann, session, cursor):
    with pytest.raises(Invalid):
        await conversations.page(session, ann, cursor=cursor)


async def test_several_at_once_and_back(ann, bob, session):
    made = await chats(session, ann, 4)
    (theirs,) = await chats(session, bob, 1)
    ids = [made[0].id, made[1].id, theirs.id, "nobody's"]
    assert sorted(await conversations.delete_many(session, ann, ids)) == sorted(ids[:2])
    assert await conversations.delete_many(session, ann, ids) == []
    assert sorted(await titles(session, ann)) == ["Chat 2", "Chat 3"]
    assert sorted(await conversations.restore_many(session, ann, ids)) == sorted(ids[:2])
    assert sorted(await conversations.archive_many(session, ann, ids)) == sorted(ids[:2])
    assert len(await titles(session, ann, archived=True)) == 2
    await conversations.archive_many(session, ann, ids, False)
    assert len(await titles(session, ann)) == 4
    assert await titles(session, bob) == ["Chat 0"]
    with pytest.raises(Invalid):
        await conversations.delete_many(session, ann, ["x"] * (conversations.MANY + 1))


async def test_nobody_else_pins_or_archives(ann, bob, session):
    (chat,) = await chats(session, ann, 1)
    for verb in (conversations.pin, conversations.archive):
        with pytest.raises(NotFound):
            await verb(session, bob, chat.id)


async def test_open_pages_are_told_once_it_is_stored(ann):
    async with db.transaction() as session:
        made = [chat.id for chat in await chats(session, ann, 3)]
    with live.following(notices.topic(ann.id)) as subscription:
        async with db.transaction() as session:
            await conversations.pin(session, ann, made[0])
        async with db.transaction() as session:
            await conversations.archive_many(session, ann, made)
        assert await subscription.next() == ListChanged(made[0])
        told = await subscription.next()
        assert isinstance(told, ManyChanged)
        assert set(told.conversation_ids) == set(made)
