"""Messages around one: where a search result opens."""

from __future__ import annotations

from conftest import both_databases

from ioverse_app import db
from ioverse_app.services import around, conversations
from ioverse_app.tables import Message


async def long_chat(user, count: int) -> list[Message]:
    async with db.transaction() as session:
        chat = await conversations.start(session, user, "Long")
        said: list[Message] = []
        for i in range(count):
            parent_id = said[-1].id if said else None
            role = ("user", "assistant")[i % 2]
            said.append(
                Message(conversation_id=chat.id, parent_id=parent_id, role=role, content=str(i))
            )
            session.add(said[-1])
            await session.flush()
        chat.head_id = said[-1].id
    return said


async def window(user, said, message) -> tuple[int, int, bool]:
    """The numbers of the first and the last message that are shown."""
    async with db.reading() as session:
        chat = await conversations.get(session, user, said[0].conversation_id)
        page = await around.page(session, chat, message.id)
    first, last = page.items[0], page.items[-1]
    assert page.earlier_id == first.parent_id
    return int(first.content), int(last.content), page.has_later


@both_databases
async def test_a_message_is_shown_with_what_is_around_it(ann):
    said = await long_chat(ann, 300)
    assert await window(ann, said, said[299]) == (289, 299, False)
    assert await window(ann, said, said[200]) == (190, 299, False)
    assert await window(ann, said, said[30]) == (20, 70, True)
    assert await window(ann, said, said[2]) == (0, 42, True)
    async with db.reading() as session:
        chat = await conversations.get(session, ann, said[0].conversation_id)
        page = await around.newer(session, chat, said[70].id)
        assert [one.content for one in page.items] == [str(i) for i in range(71, 111)]
        assert page.has_later
        page = await around.newer(session, chat, said[290].id)
        assert [one.content for one in page.items] == [str(i) for i in range(291, 300)]
        assert not page.has_later
        assert (await around.newer(session, chat, said[299].id)).items == []


async def test_the_branch_of_a_message_is_put_on_the_screen(ann, bob):
    said = await long_chat(ann, 6)
    chat_id = said[0].conversation_id
    async with db.transaction() as session:
        other = Message(
            conversation_id=chat_id, parent_id=said[2].id, role="assistant", content="other"
        )
        session.add(other)
    assert not await around.bring_up(bob, chat_id, other.id)
    assert not await around.bring_up(ann, chat_id, "nothing")
    assert await around.bring_up(ann, chat_id, said[1].id)
    async with db.reading() as session:
        assert (await conversations.get(session, ann, chat_id)).head_id == said[5].id
    assert await around.bring_up(ann, chat_id, other.id)
    async with db.reading() as session:
        assert (await conversations.get(session, ann, chat_id)).head_id == other.id
