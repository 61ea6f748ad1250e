"""Chats: a list of one's own, and a way back from every deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import both_databases

from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import conversations, messages
from ioverse_app.services.titles import title_of
from ioverse_app.tables import Message, now


@both_databases
async def test_the_list_is_paged_newest_first(ann, bob, session):
    await conversations.start(session, bob, "Not mine")
    made = []
    for i in range(7):
        chat = await conversations.start(session, ann, f"Chat {i}")
        chat.active_at = now() - timedelta(minutes=10 - i // 2)  # some at the same moment
        made.append(chat)
    titles, cursor = [], None
    while True:
        page = await conversations.page(session, ann, cursor=cursor, limit=3)
        titles += [chat.title for chat in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert titles == [f"Chat {i}" for i in range(6, -1, -1)]


async def test_a_conversation_is_invisible_to_everyone_else(ann, bob, session):
    chat = await conversations.start(session, ann, "Plans")
    for verb in (conversations.get, conversations.delete, conversations.restore):
        with pytest.raises(NotFound):
            await verb(session, bob, chat.id)
    with pytest.raises(NotFound):
        await conversations.rename(session, bob, chat.id, "Mine now")


async def test_a_deleted_chat_can_be_brought_back(ann, session):
    chat = await conversations.start(session, ann, "Plans")
    await conversations.delete(session, ann, chat.id)
    assert (await conversations.page(session, ann)).items == []
    with pytest.raises(NotFound):
        await conversations.get(session, ann, chat.id)
    await conversations.restore(session, ann, chat.id)
    assert (await conversations.get(session, ann, chat.id)).title == "Plans"


async def test_a_title_is_tidied_and_checked(ann, session):
    chat = await conversations.start(session, ann)
    renamed = await conversations.rename(session, ann, chat.id, "  Two\n words\x00 ")
    assert renamed.title == "Two words"
    for title in ("", " \n ", "x" * 256):
        with pytest.raises(Invalid):
            await conversations.rename(session, ann, chat.id, title)


@both_databases
async def test_a_long_conversation_is_read_page_by_page(ann, session):
    chat = await conversations.start(session, ann)
    parent = None
    for i in range(25):
        message = Message(
            conversation_id=chat.id, parent_id=parent, role="user", content=f"Message {i}"
        )
        session.add(message)
        await session.flush()
        parent = message.id
    chat.head_id = parent
    read, last = [], None
    while True:
        page = await messages.page(session, chat, last_id=last, limit=10)
        read = [message.content for message in page.items] + read
        last = page.earlier_id
        if last is None:
            break
    assert read == [f"Message {i}" for i in range(25)]


async def test_somebody_elses_message_is_not_there(ann, bob, session):
    chat = await conversations.start(session, ann)
    message = Message(conversation_id=chat.id, role="user", content="Secret")
    session.add(message)
    await session.flush()
    assert (await messages.get(session, ann, message.id)).content == "Secret"
    with pytest.raises(NotFound):
        await messages.get(session, bob, message.id)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("what is a spine?", "What is a spine?"),
        ("\n\n## Plan the party\nwith cake", "Plan the party"),
        ("a " * 60, "A a a a a a a a a a a a a a a a a a a a a a a a…"),
        ("x" * 90, "X" + "x" * 46 + "…"),
        ("日本の首都は" * 20, "日本の首都は" * 7 + "日本の首都" + "…"),
        ("***", "New chat"),
    ],
)
def test_the_first_words_are_the_title(question, title):
    assert title_of(question) == title


@both_databases
async def test_chats_are_found_by_words_of_their_titles(ann, bob, session):
    for title in ("Soup for many", "Many a 100% soup", "Über Äpfel", "A_B", "Stew"):
        await conversations.start(session, ann, title)
    await conversations.start(session, bob, "Soup of somebody else")
    away = await conversations.start(session, ann, "Soup, put away")
    away.archived_at = now()
    gone = await conversations.start(session, ann, "Soup, deleted")
    gone.deleted_at = now()
    hidden = await conversations.start(session, ann, "Soup in passing")
    hidden.temporary = True
    await session.flush()

    async def titles(words, limit=10):
        return {c.title for c in await conversations.named(session, ann, words, limit)}

    assert await titles("SOUP") == {"Soup for many", "Many a 100% soup", "Soup, put away"}
    assert await titles("many soup") == {"Soup for many", "Many a 100% soup"}
    assert await titles("100%") == {"Many a 100% soup"}
    assert await titles("%") == {"Many a 100% soup"}
    assert await titles("_") == {"A_B"}
    assert await titles("über äpfel") == {"Über Äpfel"}
    assert await titles("  ") == set()
    assert len(await titles("soup", limit=1)) == 1
