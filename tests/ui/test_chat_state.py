"""What any client can do to the states of the chat screen: only what its own cookie allows."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from pages import fire, page_of
from sqlalchemy import event

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import conversations, feeds, messages, paying, runs, sessions
from ioverse_app.tables import Message
from ioverse_app.ui.accounts import current
from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.shell import NoticeState, ShellState

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        registry.use(Scripted([TextDelta("Hello"), Finished("stop")]))
        yield
    await registry.close()


async def answered(user, text="Hello?") -> runs.Started:
    started = await runs.start(user, None, text, model=MODEL)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


@contextmanager
def counted():
    """The SQL statements that are sent within the block."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    sync = db.engine().sync_engine
    event.listen(sync, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(sync, "before_cursor_execute", note)


async def test_opening_a_page_takes_few_statements(ann):
    started = await answered(ann)
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    current._known.clear()
    with counted() as statements:
        state, events = await fire(root, ChatState.open)
    assert [item.role for item in state.messages] == ["user", "assistant"]
    assert events[-1] is ChatState.listen
    assert len(statements) <= 8, statements
    with counted() as statements:
        feed = feeds.follow(ann, started.conversation_id)
        await anext(feed)
        await feed.aclose()
    assert len(statements) == 1


async def test_opening_a_long_chat_takes_no_more_than_a_short_one(ann):
    async with db.transaction() as session:
        chat = await conversations.start(session, ann, "Long")
        parent = None
        for i in range(2000):
            role = "assistant" if i % 2 else "user"
            message = Message(conversation_id=chat.id, parent_id=parent, role=role, content="x")
            session.add(message)
            parent = message.id
        await session.flush()
        chat.head_id = parent
    root = await page_of(ann, f"/chat/{chat.id}")
    current._known.clear()
    await paying.load()  # as the app does at its start
    with counted() as statements:
        state, _ = await fire(root, ChatState.open)
        feed = feeds.follow(ann, chat.id)
        await anext(feed)
        await feed.aclose()
    assert len(state.messages) == messages.PAGE
    assert len(statements) <= 8, statements


async def test_a_vote_moves_nothing_but_itself(ann):
    started = await answered(ann)
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    await fire(root, ChatState.open)
    state = await root.get_state(ChatState)
    state._clean()
    await fire(root, ChatState.vote, started.answer_id, "up")
    assert state.dirty_vars & {"messages", "votes"} == {"votes"}
    assert state.votes == {started.answer_id: "up"}
    state._clean()
    state._note_vote(started.answer_id, "up")  # its own echo
    assert not state.dirty_vars


async def test_a_stranger_is_sent_to_sign_in_and_back(ann):
    started = await answered(ann)
    root = await page_of(None, f"/chat/{started.conversation_id}")
    state, (sent,) = await fire(root, ChatState.open)
    assert "/login?next=" in str(sent.args)
    assert state.messages == []


async def test_no_handler_touches_what_is_somebody_elses(ann, bob):
    started = await answered(ann, "Secret question")
    registry.use(Scripted([TextDelta("More"), 60.0]))
    live = await runs.start(ann, None, "Another", model=MODEL)
    root = await page_of(bob, f"/chat/{started.conversation_id}")
    state, _ = await fire(root, ChatState.open)
    assert state.missing
    assert state.messages == []
    state.conversation_id = started.conversation_id
    state.running_id = live.run_id
    for handler, args in (
        (ChatState.send, ({"message": "Let me in"},)),
        (ChatState.retry, (started.answer_id,)),
        (ChatState.retry_with, (started.answer_id, MODEL)),
        (ChatState.choose_model, (MODEL,)),
        (ChatState.go_on, (started.answer_id,)),
    ):
        state, _ = await fire(root, handler, *args)
        assert "not there" in state.problem
        state.problem = ""
    for handler, args in ((ChatState.stop, ()), (ChatState.resend, (started.answer_id, 0))):
        with pytest.raises(Exception, match="not there"):
            await fire(root, handler, *args)
    _, (told,) = await fire(root, ChatListState.more)
    assert told.payload["value"]["page"] == []
    chat_id = started.conversation_id
    for handler, args in (
        (ChatListState.rename, (chat_id, "Mine")),
        (ChatListState.pin, (chat_id, True)),
        (ChatListState.archive, ([chat_id], True)),
    ):
        await fire(root, handler, *args)
    (await root.get_state(ChatListState)).ask_delete([chat_id], "x")
    await fire(root, ChatListState.delete)
    (await root.get_state(NoticeState))._show("Deleted.", "deleted", [chat_id])
    await fire(root, ChatListState.undo)
    async with db.reading() as session:
        conversation = await conversations.get(session, ann, started.conversation_id)
        assert conversation.title == "Secret question"
        assert (conversation.pinned_at, conversation.archived_at) == (None, None)
        assert await runs.at_work(session, await messages.get(session, ann, live.answer_id))


async def test_a_model_that_is_not_there_is_not_chosen(ann):
    started = await answered(ann)
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    state, _ = await fire(root, ChatState.open)
    for handler, args in (
        (ChatState.choose_model, ("scripted/owl",)),
        (ChatState.retry_with, (started.answer_id, "scripted/owl")),
    ):
        state, _ = await fire(root, handler, *args)
        assert "cannot be used here now" in state.problem
        state.problem = ""
    assert (state.model, len(state.messages)) == (MODEL, 2)


async def test_how_the_pages_look_is_kept_with_the_person(ann):
    root = await page_of(ann)
    await fire(root, ChatState.open)
    shell = await root.get_state(ShellState)
    assert shell.appearance["accent"] == "iris"
    assert "theme" not in shell.appearance, "this browser's stays until one is chosen"
    await fire(root, ShellState.save_appearance, {"accent": "plum", "theme": "dark"})
    assert (shell.appearance["accent"], shell.appearance["theme"]) == ("plum", "dark")
    _, (refused,) = await fire(root, ShellState.save_appearance, {"accent": "hotdog"})
    assert "Accent is one of" in str(refused.args)
    again = await page_of(ann)
    await fire(again, ChatState.open)
    assert (await again.get_state(ShellState)).appearance == shell.appearance


async def test_a_signed_out_cookie_is_worth_nothing(ann):
    root = await page_of(ann)
    async with db.transaction() as session:
        await sessions.end_all(session, ann)
    current._known.clear()
    for handler, args in (
        (ChatState.send, ({"message": "Hello"},)),
        (ChatState.stop, ()),
        (ChatState.choose_model, (MODEL,)),
        (ChatState.retry_with, ("x", MODEL)),
        (ChatState.show_earlier, ()),
        (ChatState.resend, ("x", 0)),
        (ChatListState.more, ()),
        (ShellState.save_appearance, ({"accent": "plum"},)),
    ):
        await fire(root, handler, *args)
    async with db.reading() as session:
        assert (await conversations.page(session, ann)).items == []
