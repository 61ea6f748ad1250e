"""Chats that were chosen, as one ZIP that is written beside."""

from __future__ import annotations

import asyncio
import json
import zipfile
from datetime import timedelta

import pytest
from conftest import add_person, both_databases
from sqlmodel import select

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import AppError, Conflict, Gone, Invalid, NotAllowed, NotFound, Unavailable
from ioverse_app.services import conversations, data_exports
from ioverse_app.services.exports import Format, archive
from ioverse_app.services.exports.archive import LEFT_OUT
from ioverse_app.tables import AuditEntry, DataExport, ExportStatus, Message, Role, now


async def chat_of(user, title="Plan", words="Hello"):
    async with db.transaction() as session:
        chat = await conversations.start(session, user, title)
        message = Message(conversation_id=chat.id, role="user", content=words)
        session.add(message)
        chat.head_id = message.id
    return chat.id


async def now_of(user, row) -> DataExport:
    async with db.reading() as session:
        return await data_exports.get(session, user, row.id, chosen=True)


async def ended(user, row) -> DataExport:
    for _ in range(500):
        row = await now_of(user, row)
        if row.status != ExportStatus.RUNNING:
            return row
        await asyncio.sleep(0.02)
    raise AssertionError("It is not done in time.")


async def until(happened):
    for _ in range(500):
        if happened():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It did not happen in time.")


@pytest.fixture
def slow(monkeypatch):
    """Writing waits until it is let go."""
    going = asyncio.Event()
    write = archive.write

    async def later(*args):
        await going.wait()
        return await write(*args)

    monkeypatch.setattr(archive, "write", later)
    monkeypatch.setattr(data_exports, "NOTED_EVERY", 0.01)
    return going


@both_databases
async def test_chosen_chats_are_one_file_for_whom_they_belong_to(ann, bob):
    mine = [await chat_of(ann, title) for title in ("Plan", "plan", "Conversations", "../a/b: c?")]
    theirs = await chat_of(bob, "Secret")
    async with engine.running():
        row = await data_exports.start_chosen(ann, [*mine, theirs, "nonsense\x00"], Format.JSON)
        row = await ended(ann, row)
    assert (row.status, row.total, row.done, row.failed) == (ExportStatus.DONE, 4, 4, 0)
    async with db.reading() as session:
        path = await data_exports.file(session, ann, row.id, chosen=True)
        assert await data_exports.newest(session, ann) is None  # that is for everything
        for user, chosen in ((bob, True), (ann, False)):
            with pytest.raises(NotFound):
                await data_exports.file(session, user, row.id, chosen=chosen)
        (entry,) = (await session.exec(select(AuditEntry))).all()
        assert (entry.action, entry.details["chats"]) == ("chats.exported", 4)
    assert row.size == path.stat().st_size
    with zipfile.ZipFile(path) as zipped:
        assert set(zipped.namelist()) == {
            "a b c.json",
            "Conversations (2).json",
            "plan.json",
            "Plan (2).json",
        }
        assert json.loads(zipped.read("plan.json"))["messages"][0]["content"] == "Hello"
    with pytest.raises(NotFound):
        await data_exports.discard(bob, row.id)
    await data_exports.discard(ann, row.id)
    assert not path.exists()
    async with db.reading() as session:
        assert await data_exports.newest(session, ann, chosen=True) is None


@both_databases
async def test_what_is_not_wanted_any_more_is_not_written_to_its_end(ann, slow):
    chats = [await chat_of(ann) for _ in range(3)]
    async with engine.running():
        row = await data_exports.start_chosen(ann, chats, Format.MARKDOWN)
        with pytest.raises(Conflict):
            await data_exports.start_chosen(ann, chats, Format.PDF)
        await until(data_exports.path_of(row.id).with_suffix(".part").exists)
        await data_exports.discard(ann, row.id)
        await asyncio.sleep(0.1)
        slow.set()
        await until(lambda: not list(data_exports.path_of(row.id).parent.iterdir()))
        again = await ended(ann, await data_exports.start_chosen(ann, chats[:1], Format.PDF))
    assert (again.status, again.done) == (ExportStatus.DONE, 1)


async def test_a_long_chat_is_no_dead_process(ann, slow):
    """What takes longer than the minute after which a process counts as dead says that it lives."""
    async with engine.running():
        row = await data_exports.start_chosen(ann, [await chat_of(ann)], Format.JSON)
        async with db.transaction() as session:
            (await session.get(DataExport, row.id)).updated_at = now() - timedelta(hours=1)
        await asyncio.sleep(0.5)
        assert data_exports.status_of(await now_of(ann, row)) == ExportStatus.RUNNING
        slow.set()
        await ended(ann, row)


async def test_a_new_one_takes_the_place_of_the_last(ann):
    chat = await chat_of(ann)
    async with engine.running():
        first = await ended(ann, await data_exports.start_chosen(ann, [chat], Format.JSON))
        everything = await data_exports.start(ann)
        second = await ended(ann, await data_exports.start_chosen(ann, [chat], Format.MARKDOWN))
    assert not data_exports.path_of(first.id).exists()
    async with db.transaction() as session:
        assert (await data_exports.newest(session, ann)).id == everything.id
        (await session.get(DataExport, second.id)).expires_at = now()
    async with db.reading() as session:
        with pytest.raises(Gone):
            await data_exports.file(session, ann, second.id, chosen=True)


async def test_what_cannot_be_written_is_named_in_the_file(ann, monkeypatch):
    good, bad = await chat_of(ann, "Good"), await chat_of(ann, "Bad")
    write = archive.write

    async def broken(exported, format):
        if exported.conversation.id == bad:
            raise Unavailable("It is too much.")
        return await write(exported, format)

    monkeypatch.setattr(archive, "write", broken)
    async with engine.running():
        row = await ended(ann, await data_exports.start_chosen(ann, [good, bad], Format.MARKDOWN))
        assert (row.status, row.done, row.failed) == (ExportStatus.DONE, 2, 1)
        with zipfile.ZipFile(data_exports.path_of(row.id)) as zipped:
            assert zipped.read(LEFT_OUT) == b"Bad: It is too much.\n"
        row = await ended(ann, await data_exports.start_chosen(ann, [bad], Format.MARKDOWN))
    assert row.status == ExportStatus.FAILED
    assert data_exports.problem_of(row).startswith("None of these chats could be written as Mark")
    assert not data_exports.path_of(row.id).exists()


async def test_a_process_that_died_left_a_sentence(ann):
    row = DataExport(user_id=ann.id, format="json", expires_at=now() + timedelta(hours=1))
    row.updated_at = now() - 2 * data_exports.STALLED
    assert data_exports.status_of(row) == ExportStatus.FAILED
    assert "stopped in the middle" in data_exports.problem_of(row)


@pytest.mark.parametrize(
    ("role", "count", "error"),
    [(Role.GUEST, 1, NotAllowed), (Role.MEMBER, 0, NotFound), (Role.MEMBER, 1001, Invalid)],
)
async def test_what_is_refused(database, role, count, error: type[AppError]):
    person = await add_person("percy", role=role)
    async with engine.running():
        with pytest.raises(error):
            await data_exports.start_chosen(person, ["x"] * count, Format.JSON)
