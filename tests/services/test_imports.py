"""Chats brought along: what comes in, what is skipped, what is refused."""

from __future__ import annotations

import asyncio
import base64
import io
import json

import pytest
from conftest import both_databases
from PIL import Image
from sqlmodel import select

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.services import (
    attachments,
    conversations,
    exports,
    import_files,
    imports,
    messages,
    votes,
)
from ioverse_app.tables import (
    ChatImport,
    Conversation,
    ImportStatus,
    InContext,
    Message,
    MessageStatus,
    VoteValue,
)


def claude(number: int, text: str = "Hello") -> dict:
    return {
        "uuid": f"chat-{number}",
        "name": f"Chat {number}",
        "updated_at": f"2025-03-{number % 28 + 1:02}T10:00:00Z",
        "chat_messages": [
            {"uuid": f"q-{number}", "sender": "human", "text": text},
            {"uuid": f"a-{number}", "sender": "assistant", "text": f"Answer {number}"},
        ],
    }


def file_of(value) -> object:
    path = import_files.folder() / "uploaded"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


async def brought(user, value) -> ChatImport:
    row = await imports.look(user, "conversations.json", file_of(value))
    await imports.run(user, row.id)
    return await ended(user, row)


async def ended(user, row) -> ChatImport:
    for _ in range(200):
        async with db.reading() as session:
            row = await imports.get(session, user, row.id)
        if row.status != ImportStatus.RUNNING:
            return row
        await asyncio.sleep(0.05)
    raise AssertionError("it never ended")


@pytest.fixture
async def running(database):
    async with engine.running():
        yield


async def listed(user) -> list[Conversation]:
    async with db.reading() as session:
        return list((await conversations.page(session, user)).items)


async def test_looking_through_brings_nothing_in(running, ann):
    row = await imports.look(ann, "conversations.json", file_of([claude(1), claude(2), {"x": 1}]))
    assert row.status == ImportStatus.READY
    assert row.report["sources"] == {"Claude": 2}
    assert (row.report["new"], row.report["known"], row.report["messages"]) == (2, 0, 4)
    assert row.report["titles"] == ["Chat 1", "Chat 2"]
    assert row.report["trouble_count"] == 1
    assert await listed(ann) == []


@both_databases
async def test_chats_come_in_at_their_place_in_time(running, ann, bob):
    row = await brought(ann, [claude(1), claude(3), claude(2)])
    assert (row.status, row.done, row.added, row.skipped) == (ImportStatus.DONE, 3, 3, 0)
    assert [chat.title for chat in await listed(ann)] == ["Chat 3", "Chat 2", "Chat 1"]
    assert await listed(bob) == []
    assert not import_files.is_kept(row.id)


async def test_what_is_there_already_is_skipped(running, ann, bob):
    await brought(ann, [claude(1)])
    row = await imports.look(ann, "again.json", file_of([claude(1), claude(2)]))
    assert (row.report["new"], row.report["known"]) == (1, 1)
    await imports.run(ann, row.id)
    row = await ended(ann, row)
    assert (row.added, row.skipped) == (1, 1)
    assert len(await listed(ann)) == 2
    assert (await brought(bob, [claude(1)])).added == 1, "each person has their own"


async def test_a_chat_without_an_id_is_known_by_what_it_says(running, ann):
    nameless = {**claude(1), "uuid": None}
    await brought(ann, [nameless])
    assert (await brought(ann, [nameless])).skipped == 1


async def test_a_deleted_chat_can_be_brought_in_again(running, ann):
    await brought(ann, [claude(1)])
    (chat,) = await listed(ann)
    async with db.transaction() as session:
        await conversations.delete(session, ann, chat.id)
    assert (await brought(ann, [claude(1)])).added == 1


@both_databases
async def test_an_own_export_comes_back_as_it_was(running, ann, bob):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(picture, "PNG")
    async with db.transaction() as session:
        chat = await conversations.start(session, ann, "Own")
        chat.model, chat.parameters = "openai/gpt-4.1", {"temperature": 0.2}
        chat.facts, chat.language, chat.model_language = {"city": "Seoul"}, "ko", "en"
        question = Message(conversation_id=chat.id, role="user", content="Hi")
        first, second = (
            Message(
                conversation_id=chat.id,
                parent_id=question.id,
                role="assistant",
                content=text,
                reasoning="Hm.",
                translation="안녕",
                model="openai/gpt-4.1",
                completion_tokens=3,
                seconds=1.5,
                in_context=InContext.PINNED,
            )
            for text in ("One", "Two")
        )
        session.add_all([question, first, second])
        await session.flush()
        chat.head_id = second.id
        await conversations.pin(session, ann, chat.id)
        await votes.cast(session, ann, first.id, VoteValue.UP)
        await votes.comment(session, ann, first.id, "fine")
    file = await attachments.add(ann, "dot.png", _once(picture.getvalue()))
    note = await attachments.add(ann, "note.txt", _once(b"Remember the milk."))
    async with db.transaction() as session:
        stored = await session.get_one(Message, question.id)
        await attachments.attach(session, ann, stored, [file.id, note.id])

    before = await exported(ann, chat.id)
    row = await brought(bob, before)
    assert (row.added, row.report["lost"]) == (1, 0)
    (copy,) = await listed(bob)
    after = await exported(bob, copy.id)
    assert without_ids(after) == without_ids(before)
    assert (await brought(ann, before)).skipped == 1, "it is here already"


async def exported(user, chat_id) -> dict:
    async with db.reading() as session:
        found = await exports.conversation(session, user, chat_id, whole=True)
    return json.loads((await exports.write(found, exports.Format.JSON)).data)


def without_ids(chat: dict) -> dict:
    """The same, with places in the list in place of ids, and without when it was written."""
    text = json.dumps({**chat, "exported_at": None})
    for place, message in enumerate(chat["messages"]):
        text = text.replace(message["id"], f"message {place}")
    text = text.replace(chat["conversation"]["id"], "chat")
    found = json.loads(text)
    found["conversation"]["pinned_at"] = found["conversation"]["pinned_at"] is not None
    for message in found["messages"]:
        if message["vote"]:
            message["vote"]["created_at"] = None
    return found


async def _once(data: bytes):
    yield data


async def test_a_hostile_file_in_an_export_is_left_out(running, ann):
    value = {
        "format": "ioverse.conversation",
        "version": 1,
        "conversation": {"id": "x", "title": "Own"},
        "messages": [
            {
                "id": "q",
                "role": "user",
                "content": "Look",
                "status": "streaming",
                "attachments": [
                    {"name": "../../cat.png", "data": base64.b64encode(b"<svg/>").decode()},
                    {"name": "lost.png", "data": None},
                ],
            }
        ],
    }
    row = await brought(ann, value)
    assert (row.status, row.added) == (ImportStatus.DONE, 1)
    (chat,) = await listed(ann)
    async with db.reading() as session:
        page = await messages.page(session, chat)
        assert await attachments.of(session, page.items) == {}
    assert page.items[0].status == MessageStatus.INTERRUPTED


async def test_stopping_keeps_what_came_in(running, ann):
    row = await imports.look(ann, "many.json", file_of([claude(n) for n in range(400)]))
    await imports.run(ann, row.id)
    with pytest.raises(Conflict):
        await imports.run(ann, row.id)
    async with db.transaction() as session:
        await imports.cancel(session, ann, row.id)
    row = await ended(ann, row)
    await asyncio.sleep(0.3)
    async with db.reading() as session:
        count = len((await session.exec(select(Conversation.id))).all())
        row = await imports.get(session, ann, row.id)
    assert row.status == ImportStatus.CANCELLED
    assert count == row.added < 400
    await imports.run(ann, row.id)
    row = await ended(ann, row)
    assert (row.status, row.added + row.skipped) == (ImportStatus.DONE, 400)
    assert row.skipped == count


async def test_a_file_that_breaks_in_the_middle_is_refused_whole(running, ann):
    with pytest.raises(Invalid, match="not whole JSON"):
        await imports.look(ann, "cut.json", file_of(json.dumps([claude(1), claude(2)])[:-20]))
    assert await listed(ann) == []
    assert list(import_files.folder().iterdir()) == []


async def test_a_file_without_chats_is_refused(running, ann):
    with pytest.raises(Invalid, match="There are no chats"):
        await imports.look(ann, "x.json", file_of({"some": "thing"}))


async def test_imports_are_their_persons_own(running, ann, bob):
    row = await imports.look(ann, "x.json", file_of([claude(1)]))
    with pytest.raises(NotFound):
        await imports.run(bob, row.id)


async def test_old_files_are_forgotten(running, ann):
    row = await imports.look(ann, "x.json", file_of([claude(1)]))
    assert await imports.purge() == 0
    assert import_files.is_kept(row.id)
    async with db.transaction() as session:
        stored = await imports.get(session, ann, row.id)
        stored.updated_at = stored.updated_at - imports.KEPT * 2
    assert await imports.purge() == 1
    assert not import_files.is_kept(row.id)
