"""Answers: asked, followed, stopped, interrupted, continued, and never lost."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import pytest
from conftest import both_databases, eventually
from sqlalchemy import event, text
from sqlmodel import select

from ioverse_app import db
from ioverse_app.engine import engine, recovery
from ioverse_app.engine import engine as engine_module
from ioverse_app.engine.events import Ended
from ioverse_app.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from ioverse_app.providers import registry
from ioverse_app.providers.errors import Busy, CutShort, KeyRefused
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, messages, runs
from ioverse_app.tables import Message, MessageStatus, Run, RunEvent, RunStatus, Worker

MODEL = "scripted/parrot"


@pytest.fixture
async def running(database):
    async with engine.running() as running:
        yield running
    await registry.close()


def script(*steps):
    provider = Scripted(list(steps))
    registry.use(provider)
    return provider


async def ask(user, question="Hello?", chat=None):
    return await runs.start(user, chat, question, model=MODEL)


async def read(user, started, after=0):
    """The text that a follower gets, and the end."""
    said, ended = "", None
    async for entry in runs.follow(user, started.run_id, after):
        match entry.event:
            case TextDelta(text=more):
                said += more
            case Ended() as end:
                ended = end
    return said, ended


async def stored(started) -> tuple[Message, Run]:
    async with db.reading() as session:
        answer = await session.get_one(Message, started.answer_id)
        run = await session.get_one(Run, started.run_id)
    return answer, run


@both_databases
async def test_an_answer_is_streamed_and_kept(running, ann):
    script(*words("It stays upright because it steers.")[:-1], Usage(12, 7), Finished("stop"))
    started = await ask(ann, "How does a bicycle stay upright?")
    said, ended = await read(ann, started)
    assert said == "It stays upright because it steers."
    assert ended.status == RunStatus.COMPLETED
    answer, run = await stored(started)
    assert (answer.content, answer.status, answer.model) == (said, MessageStatus.COMPLETE, MODEL)
    assert (answer.prompt_tokens, answer.completion_tokens) == (12, 7)
    assert (run.status, run.prompt_tokens, run.finish_reason) == (RunStatus.COMPLETED, 12, "stop")
    assert run.started_at <= run.first_token_at <= run.ended_at
    assert await read(ann, started) == (said, ended), "who comes after the end reads the same"


async def test_the_model_sees_the_conversation_so_far(running, ann):
    provider = script(*words("Paris."))
    first = await ask(ann, "What is the capital of France?")
    await read(ann, first)
    second = await ask(ann, "And its river?", first.conversation_id)
    await read(ann, second)
    turns = [(turn.role, turn.content) for turn in provider.requests[1].turns]
    assert turns[0][0] == "system"
    assert turns[1:] == [
        ("user", "What is the capital of France?"),
        ("assistant", "Paris."),
        ("user", "And its river?"),
    ]


async def test_a_stream_that_just_ends_is_not_complete(running, ann):
    script(TextDelta("Half an"))
    started = await ask(ann)
    said, ended = await read(ann, started)
    assert (said, ended.status, ended.error_code) == ("Half an", RunStatus.INCOMPLETE, "cut_short")
    answer, _ = await stored(started)
    assert (answer.content, answer.status) == ("Half an", MessageStatus.INTERRUPTED)
    assert "kept" in answer.error_message


@pytest.mark.parametrize(
    ("steps", "run_status", "message_status", "code"),
    [
        ([KeyRefused("The provider refused the key.")], "failed", "error", "key_refused"),
        ([Busy("Wait a moment.", retry_after=3)], "failed", "error", "provider_busy"),
        ([TextDelta("a"), CutShort("Cut.")], "incomplete", "interrupted", "cut_short"),
        ([TextDelta("a"), Finished("length")], "incomplete", "complete", None),
        ([TextDelta("a"), Finished("content_filter")], "incomplete", "error", "content_filter"),
        ([Finished("stop")], "completed", "complete", None),
        ([ReasoningDelta("Hm."), CutShort("Cut.")], "failed", "error", "cut_short"),
        ([ValueError("a bug")], "failed", "error", "internal_error"),
        ([TextDelta("a"), ValueError("a bug")], "incomplete", "interrupted", "internal_error"),
    ],
)
async def test_every_end_has_its_status_and_its_sentence(
    running, ann, steps, run_status, message_status, code
):
    script(*steps)
    started = await ask(ann)
    await read(ann, started)
    answer, run = await stored(started)
    assert (run.status, answer.status, answer.error_code) == (run_status, message_status, code)
    assert bool(answer.error_message) == bool(code)
    assert "a bug" not in (answer.error_message or "")


async def test_stop_keeps_what_was_said_and_ends_the_request(running, ann):
    provider = script(TextDelta("One "), TextDelta("two "), 60.0, TextDelta("three"))
    started = await ask(ann)
    async for entry in runs.follow(ann, started.run_id):
        if isinstance(entry.event, TextDelta):
            break
    await asyncio.sleep(0.1)
    await runs.cancel(ann, started.run_id)
    said, ended = await read(ann, started)
    assert (said, ended.status) == ("One two ", RunStatus.CANCELLED)
    answer, _ = await stored(started)
    assert (answer.content, answer.status) == ("One two ", MessageStatus.STOPPED)
    assert provider.closed == 1


async def test_continue_goes_on_in_the_same_message(running, ann):
    script(TextDelta("The planets are Mercury"), CutShort("Cut."))
    started = await ask(ann, "List the planets.")
    await read(ann, started)
    provider = script(*words(", Venus and Earth."))
    again = await runs.resume(ann, started.answer_id)
    assert (await read(ann, again))[0] == ", Venus and Earth."
    answer, _ = await stored(again)
    assert answer.id == started.answer_id
    assert answer.content == "The planets are Mercury, Venus and Earth."
    assert (answer.status, answer.error_message) == (MessageStatus.COMPLETE, None)
    roles = [turn.role for turn in provider.requests[0].turns]
    assert roles == ["system", "user", "assistant", "user"]


async def test_an_answer_cut_by_its_length_goes_on_by_itself(running, ann, configure):
    provider = script(TextDelta("more "), Usage(5, 1), Finished("length"))
    answer, run = await stored(started := await asked(ann))
    assert (answer.content, len(provider.requests)) == ("more " * 4, 4)
    assert (answer.finish_reason, answer.prompt_tokens, run.status) == ("length", 20, "incomplete")
    length = {"max_output_tokens": 50}
    answer, _ = await stored(await asked(ann, started.conversation_id, parameters=length))
    assert answer.content == "more ", "who set a length gets that length"
    configure(continuations=0)
    answer, _ = await stored(await asked(ann))
    assert answer.content == "more "


async def asked(user, chat=None, **values):
    started = await runs.start(user, chat, "Count.", model=MODEL, **values)
    await read(user, started)
    return started


async def test_a_complete_answer_cannot_be_continued(running, ann):
    script(*words("Done."))
    started = await ask(ann)
    await read(ann, started)
    with pytest.raises(Conflict):
        await runs.resume(ann, started.answer_id)


async def test_try_again_keeps_the_old_answer_as_a_version(running, ann):
    script(KeyRefused("No."))
    first = await ask(ann)
    await read(ann, first)
    script(*words("Yes."))
    second = await runs.retry(ann, first.answer_id)
    await read(ann, second)
    old, _ = await stored(first)
    new, _ = await stored(second)
    assert (old.status, new.content, new.parent_id) == ("error", "Yes.", old.parent_id)
    async with db.reading() as session:
        conversation = await conversations.get(session, ann, first.conversation_id)
        page = await messages.page(session, conversation)
    assert [m.id for m in page.items] == [first.question_id, second.answer_id]


async def test_only_one_answer_at_a_time_in_a_conversation(running, ann):
    script(TextDelta("a"), 60.0)
    started = await ask(ann)
    with pytest.raises(Conflict):
        await ask(ann, "And now?", started.conversation_id)


async def test_nobody_else_can_follow_stop_continue_or_retry(running, ann, bob):
    script(TextDelta("Secret"), 60.0)
    started = await ask(ann)
    with pytest.raises(NotFound):
        await read(bob, started)
    for verb in (runs.cancel, runs.resume, runs.retry):
        target = started.run_id if verb is runs.cancel else started.answer_id
        with pytest.raises(NotFound):
            await verb(bob, target)
    with pytest.raises(NotFound):
        await ask(bob, "Hello", started.conversation_id)


async def test_what_cannot_be_sent_is_said_in_a_sentence(running, ann, configure):
    script(*words("x"))
    for text_, sentence in (("", "required"), (" \n\x00", "required"), ("x" * 200_001, "200,000")):
        with pytest.raises(Invalid, match=sentence):
            await ask(ann, text_)
    with pytest.raises(Invalid, match=r"has about [\d,]+ tokens; this model takes [\d,]+"):
        await ask(ann, "word " * 39_000)
    async with db.reading() as session:
        assert (await session.exec(select(Message))).all() == [], "nothing half made is left"


async def test_answers_wait_for_their_turn(configure, database, ann):
    configure(runs_per_user=1)
    async with engine.running():
        registry.use(Scripted([0.05, *words("Done.")]))
        first, second = await ask(ann, "One?"), await ask(ann, "Two?")
        assert (await stored(second))[1].status == RunStatus.QUEUED
        assert (await read(ann, second))[0] == "Done."
        assert (await read(ann, first))[0] == "Done."
        registry.use(Scripted([60.0]))
        for _ in range(5):
            await ask(ann)
        await asyncio.sleep(0)
        with pytest.raises(TooMany):
            await ask(ann)
    await registry.close()


async def test_a_waiting_answer_can_be_stopped(configure, database, ann):
    configure(runs_per_user=1)
    async with engine.running():
        registry.use(Scripted([60.0]))
        await ask(ann)
        waiting = await ask(ann)
        await asyncio.sleep(0.01)
        await runs.cancel(ann, waiting.run_id)
        assert (await read(ann, waiting))[1].status == RunStatus.CANCELLED
    await registry.close()


async def test_a_server_that_is_stopped_interrupts_and_keeps(database, ann):
    async with engine.running():
        script(TextDelta("Before "), TextDelta("the end"), 60.0)
        started = await ask(ann)
        await asyncio.sleep(0.02)
    answer, run = await stored(started)
    assert (answer.content, answer.status) == ("Before the end", MessageStatus.INTERRUPTED)
    assert (run.status, run.error_code) == (RunStatus.INCOMPLETE, "server_stopped")
    async with db.reading() as session:
        assert (await session.exec(select(Worker))).all() == []
    with pytest.raises(Unavailable):
        engine.current()
    await registry.close()


@both_databases
async def test_a_killed_servers_text_is_there_after_the_restart(database, ann):
    """The process dies without a word: here its engine is dropped with all its tasks."""
    dead = engine.Engine()
    async with _as_current(dead):
        await dead.start()
        script(TextDelta("Kept "), 0.3, TextDelta("too "), 0.3, TextDelta("x"), 60.0)
        started = await ask(ann)
        await asyncio.sleep(0.55)
        await _kill(dead)
    async with db.transaction() as session:  # as if its number now belonged to nobody
        worker = await session.get_one(Worker, dead.worker_id)
        worker.pid = 2**22 - 1
        session.add(worker)
    async with engine.running():
        said, ended = await read(ann, started)
        assert said == "Kept too "
        assert (ended.status, ended.error_code) == (RunStatus.INCOMPLETE, "interrupted")
        answer, _ = await stored(started)
        assert (answer.content, answer.status) == ("Kept too ", MessageStatus.INTERRUPTED)
        script(*words("and on."))
        again = await runs.resume(ann, started.answer_id)
        await read(ann, again)
        assert (await stored(again))[0].content == "Kept too and on."
    await registry.close()


async def test_a_living_servers_runs_are_left_alone(running, ann):
    script(TextDelta("a"), 60.0)
    started = await ask(ann)
    await asyncio.sleep(0.3)
    async with db.transaction() as session:
        other = Worker(host="elsewhere", pid=1)
        me = await session.get_one(Worker, running.worker_id)
        me.host = "another-host"
        session.add_all([other, me])
        await session.flush()
        assert await recovery.recover(session, other.id) == [], "it was seen a moment ago"
    assert (await stored(started))[1].status == RunStatus.IN_PROGRESS


async def test_a_run_that_was_ended_elsewhere_holds_up_no_other(running, ann):
    script(TextDelta("a"), 0.5, TextDelta("b"), 0.3, Finished("stop"))
    lost = await ask(ann)
    await asyncio.sleep(0.3)
    async with db.transaction() as session:
        other = Worker(host="elsewhere", pid=1)
        session.add(other)
        me = await session.get_one(Worker, running.worker_id)
        me.host, me.seen_at = "another-host", me.seen_at - recovery.SILENT_AFTER * 2
        session.add(me)
        await session.flush()
        assert [run.id for run in await recovery.recover(session, other.id)] == [lost.run_id]
    other_chat = await ask(ann)
    await read(ann, lost)
    await read(ann, other_chat)
    assert (await stored(other_chat))[0].content == "ab"
    assert (await stored(lost))[0].status == MessageStatus.INTERRUPTED


async def test_a_database_that_refuses_for_a_while_loses_nothing(running, ann, monkeypatch):
    script(TextDelta("a"), 0.2, TextDelta("b"), 0.2, TextDelta("c"), Finished("stop"))
    started = await ask(ann)
    async with _refusing_database():
        await asyncio.sleep(0.6)
        await eventually(lambda: running.writer.trouble)
    said, ended = await read(ann, started)
    assert (said, ended.status) == ("abc", RunStatus.COMPLETED)
    assert (await stored(started))[0].content == "abc"
    assert running.writer.trouble is None


async def test_a_full_disk_in_the_middle_loses_nothing(running, ann):
    steps = [step for i in range(30) for step in (TextDelta(f"{i} " * 100), 0.03)]
    script(*steps, Finished("stop"))
    async with _full_disk():
        started = await ask(ann)
        await eventually(lambda: running.writer.trouble)
        assert "full" in running.writer.trouble
        await asyncio.sleep(0.5)
    said, ended = await read(ann, started)
    assert ended.status == RunStatus.COMPLETED
    assert said == "".join(step.text for step in steps if isinstance(step, TextDelta))
    assert (await stored(started))[0].content == said


async def test_a_locked_database_only_delays(running, ann, tmp_path):
    script(*(step for i in range(10) for step in (TextDelta(f"{i} "), 0.05)), Finished("stop"))
    started = await ask(ann)
    other = sqlite3.connect(tmp_path / "data" / "ioverse.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    live = asyncio.create_task(read(ann, started))
    await asyncio.sleep(0.4)
    other.execute("ROLLBACK")
    other.close()
    assert (await live)[0] == "0 1 2 3 4 5 6 7 8 9 "
    assert (await stored(started))[0].status == MessageStatus.COMPLETE


async def test_an_answer_that_cannot_be_stored_says_so_and_is_stored_later(
    running, ann, monkeypatch
):
    monkeypatch.setattr(engine_module, "UNSAVED_SECONDS", 0.3)
    script(*words("Hold this."))
    async with _refusing_database(before=lambda: ask(ann)) as started:
        said, ended = await read(ann, started)
        assert (said, ended.error_code) == ("Hold this.", "not_stored")
    await eventually(lambda: running.writer.trouble is None)
    for _ in range(100):
        if (await stored(started))[0].status == MessageStatus.COMPLETE:
            break
        await asyncio.sleep(0.05)
    assert (await stored(started))[0].content == "Hold this."


async def test_many_followers_of_many_answers_get_equal_texts(configure, database, ann):
    configure(runs_per_user=50)
    sentence = " ".join(f"word{i}" for i in range(60))
    async with engine.running():
        registry.use(Scripted([s for w in words(sentence) for s in (w, 0.001)]))
        started = [await ask(ann, f"Question {i}?") for i in range(20)]
        said = await asyncio.gather(*(read(ann, one) for one in started for _ in range(3)))
        assert {text_ for text_, _ in said} == {sentence}
        for one in started:
            assert (await stored(one))[0].content == sentence
        async with db.reading() as session:
            rows = (await session.exec(select(RunEvent).order_by(RunEvent.number))).all()
        for one in started:
            numbers = [row.number for row in rows if row.run_id == one.run_id]
            assert numbers == list(range(1, len(numbers) + 1))
    await registry.close()


@asynccontextmanager
async def _as_current(dead):
    engine_module._current = dead
    try:
        yield
    finally:
        engine_module._current = None


async def _kill(dead) -> None:
    """Stop every task of an engine where it stands, and let none of them write any more."""
    tasks = [*dead._runs, *dead._working.values(), *dead._background]
    dead.writer.close = lambda *_: asyncio.get_running_loop().create_future()
    dead.writer.add = lambda *_: None
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0.01)
    for task in dead._runs:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _refusing_database(before=None):
    """The table of events is away for a while, as if the disk were full."""
    result = await before() if before else None
    async with db.transaction() as session:
        await session.connection()
        await (await session.connection()).execute(text("ALTER TABLE run_event RENAME TO away"))
    try:
        yield result
    finally:
        async with db.transaction() as session:
            connection = await session.connection()
            await connection.execute(text("ALTER TABLE away RENAME TO run_event"))


@asynccontextmanager
async def _full_disk():
    """The file of the database may not grow any more."""
    pool = db.engine().sync_engine.pool

    def limit(connection, *_):
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite makes it the size that there is
        cursor.close()

    def free(connection, *_):
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count = 4294967294")
        cursor.close()

    event.listen(pool, "checkout", limit)
    try:
        yield
    finally:
        event.remove(pool, "checkout", limit)
        event.listen(pool, "checkout", free)
