"""Attachments: they wait, they go with a message, and nobody else ever sees them."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import files
import pytest
from conftest import both_databases
from sqlmodel import select

from ioverse_app import db, storage
from ioverse_app.engine import engine
from ioverse_app.errors import Conflict, Invalid, NotFound, TooLarge
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import attachments, conversations, forks, messages, runs
from ioverse_app.tables import Attachment, now

BLIND = "scripted/parrot"
SEES = "openai/gpt-4o"


@pytest.fixture(autouse=True)
async def running(database):
    async with engine.running():
        sighted = Scripted(words("I see."))
        sighted.name = "openai"
        registry.use(Scripted(words("Yes.")), sighted)
        yield
    await registry.close()


async def chunks(data: bytes):
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


async def put(user, name="notes.txt", data=b"Some notes") -> str:
    return (await attachments.add(user, name, chunks(data))).id


async def done(user, begun) -> runs.Started:
    started = await begun
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def given(message_id) -> list[Attachment]:
    async with db.reading() as session:
        query = select(Attachment).where(Attachment.message_id == message_id)
        return list((await session.exec(query.order_by(Attachment.place))).all())


async def rows() -> list[Attachment]:
    async with db.reading() as session:
        return list((await session.exec(select(Attachment))).all())


@both_databases
async def test_files_go_with_the_message_in_their_order(ann):
    ids = [await put(ann, "b.txt", b"Bee"), await put(ann, "a.png", files.png())]
    started = await done(ann, runs.start(ann, None, "", model=SEES, attachments=ids[::-1]))
    first, second = await given(started.question_id)
    assert [(first.name, first.kind), (second.name, second.text)] == [
        ("a.png", "image"),
        ("b.txt", "Bee"),
    ]
    assert first.conversation_id == started.conversation_id
    assert (await storage.read(first.stored)).startswith(b"\x89PNG")
    async with db.reading() as session:
        chat = await conversations.get(session, ann, started.conversation_id)
        page = await messages.page(session, chat)
        assert chat.title == "A.png", "a message without words is called by its first file"
        shown = (await attachments.of(session, page.items))[started.question_id]
    assert [each.name for each in shown] == ["a.png", "b.txt"]


async def test_a_model_that_cannot_see_refuses_and_everything_still_waits(ann):
    ids = [await put(ann, "a.png", files.png()), await put(ann)]
    with pytest.raises(Invalid, match="parrot cannot see pictures"):
        await runs.start(ann, None, "Look", model=BLIND, attachments=ids)
    assert {each.message_id for each in await rows()} == {None}
    started = await done(ann, runs.start(ann, None, "Look", model=SEES, attachments=ids))
    with pytest.raises(Invalid, match="cannot see"):
        await runs.retry(ann, started.answer_id, model=BLIND)
    with pytest.raises(Invalid, match="cannot see"):
        await runs.edit(ann, started.question_id, "Look again", model=BLIND)
    await done(ann, runs.edit(ann, started.question_id, "Read", model=BLIND, attachments=ids[1:]))


@both_databases
async def test_an_edited_question_keeps_its_files_or_some_of_them(ann):
    ids = [await put(ann, "a.txt", b"A"), await put(ann, "b.txt", b"B")]
    first = await done(ann, runs.start(ann, None, "One", model=BLIND, attachments=ids))
    all_kept = await done(ann, runs.edit(ann, first.question_id, "Two", model=BLIND))
    kept = await given(all_kept.question_id)
    assert [(each.name, each.text) for each in kept] == [("a.txt", "A"), ("b.txt", "B")]
    new = await put(ann, "c.txt", b"C")
    some = await done(
        ann, runs.edit(ann, first.question_id, "", model=BLIND, attachments=[ids[1], new])
    )
    assert [each.text for each in await given(some.question_id)] == ["B", "C"]
    assert len(await given(first.question_id)) == 2, "the older version has what it had"
    with pytest.raises(Invalid, match="required"):
        await runs.edit(ann, first.question_id, " ", attachments=[])


@both_databases
async def test_a_fork_has_them_too(ann):
    ids = [await put(ann, "a.txt", b"A")]
    first = await done(ann, runs.start(ann, None, "One", model=BLIND, attachments=ids))
    async with db.transaction() as session:
        chat = await forks.fork(session, ann, first.answer_id)
    async with db.reading() as session:
        page = await messages.page(session, chat)
        copied = (await attachments.of(session, page.items, texts=True))[page.items[0].id]
    assert [(each.name, each.text) for each in copied] == [("a.txt", "A")]
    assert copied[0].conversation_id == chat.id


async def test_only_ones_own_waiting_files_can_be_sent_and_only_once(ann, bob):
    mine, theirs = await put(ann), await put(bob)
    for wanted in ([theirs], ["x"], ["\0"]):
        with pytest.raises(NotFound, match="Attach it again"):
            await runs.start(ann, None, "Hi", model=BLIND, attachments=wanted)
    started = await done(ann, runs.start(ann, None, "Hi", model=BLIND, attachments=[mine]))
    with pytest.raises(Conflict, match="part of another message"):
        await runs.start(ann, None, "Hi", model=BLIND, attachments=[mine])
    async with db.transaction() as session:
        for user, file in ((bob, mine), (ann, theirs)):
            with pytest.raises(NotFound):
                await attachments.get(session, user, file)
            with pytest.raises(NotFound):
                await attachments.remove(session, user, file)
        with pytest.raises(Conflict):
            await attachments.remove(session, ann, mine)
        await conversations.delete(session, ann, started.conversation_id)
        with pytest.raises(NotFound):
            await attachments.content(session, ann, mine)


async def test_there_are_limits_of_size_number_and_all_together(ann, configure):
    configure(attachment_max_mb=0.001, attachments_per_message=2, attachments_per_user_mb=0.002)
    with pytest.raises(TooLarge, match="larger than 0"):
        await put(ann, "large.txt", b"x" * 1100)
    ids = [await put(ann, f"{n}.txt", b"%d" % n * 700) for n in range(2)]
    await put(ann, "again.txt", b"1" * 700)  # the same bytes take no room
    with pytest.raises(TooLarge, match="does not fit") as full:
        await put(ann, "third.txt", b"y" * 700)
    assert full.value.code == "storage_full"
    with pytest.raises(Invalid, match="These are 3 files; 2 go with a message"):
        await runs.start(ann, None, "Hi", model=BLIND, attachments=[*ids, "x"])
    arriving = storage.path_of("0" * 64).parents[1] / "arriving"
    assert list(arriving.iterdir()) == [], "nothing is left of what was refused"


async def test_what_is_refused_leaves_nothing(ann):
    with pytest.raises(Invalid, match="is called a picture, but it is text"):
        await put(ann, "photo.png", b"Not a picture")
    assert await rows() == []
    assert await storage.settled() == []


@both_databases
async def test_what_nobody_needs_any_more_is_purged(ann):
    old, sent = await put(ann, "old.txt", b"Old"), await put(ann, "sent.txt", b"Sent")
    await put(ann, "new.txt", b"New")
    await runs.start(ann, None, "Hi", model=BLIND, attachments=[sent])
    async with db.transaction() as session:
        for each in (old, sent):
            row = await session.get_one(Attachment, each)
            row.created_at = now() - timedelta(hours=25)
    await attachments.purge()
    assert {row.name for row in await rows()} == {"sent.txt", "new.txt"}
    places = {name: storage.path_of(key) for name, key in [("old", _key(b"Old"))]}
    assert places["old"].exists(), "its row was there a moment ago"
    for path in storage.path_of("0" * 64).parents[1].glob("*/*"):
        os.utime(path, (time.time() - 7200,) * 2)
    assert await attachments.purge() == 1
    assert not places["old"].exists()
    assert storage.path_of(_key(b"Sent")).read_bytes() == b"Sent"


def _key(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\a  b.txt", "a b.txt"),
        ("in\u202evoice\0.txt\n", "invoice.txt"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 195 + "….pdf"),
    ],
)
def test_names_are_only_names(name, kept):
    assert attachments.named(name) == kept
