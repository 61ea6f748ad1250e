"""What any client can do to the states of the chat screen: only what its own cookie allows."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from sqlalchemy import event

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import conversations, feeds, messages, runs, sessions
from ioverse_app.services.sessions import Client
from ioverse_app.ui.accounts import current
from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        registry.use(Scripted([TextDelta("Hello"), Finished("stop")]))
        yield
    await registry.close()


async def page_of(user, path="/chat") -> rx.State:
    """The root state of a page that this person has open."""
    cookie = ""
    if user is not None:
        async with db.transaction() as session:
            token = await sessions.start_browser(
                session, user, Client("tests", "127.0.0.1"), keep=False
            )
        cookie = f"{sessions.COOKIE}={token}"
    root = rx.State(_reflex_internal_init=True)
    root.router = RouterData.from_router_data(
        {
            "pathname": path,
            "asPath": path,
            "headers": {"cookie": cookie, "origin": "http://localhost:3000"},
        }
    )
    return root


async def fire(root, handler, *args):
    """What the events of this handler are, as a client that sends it would get them."""
    state = await root.get_state(handler.fn.__globals__[handler.fn.__qualname__.split(".")[0]])
    result = handler.fn(state, *args)
    if hasattr(result, "__aiter__"):
        return state, [item async for item in result]
    return state, [await result]


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
    assert len(statements) <= 6, statements
    with counted() as statements:
        feed = feeds.follow(ann, started.conversation_id)
        await anext(feed)
        await feed.aclose()
    assert len(statements) == 1


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
        (ChatState.go_on, (started.answer_id,)),
    ):
        state, _ = await fire(root, handler, *args)
        assert "not there" in state.problem
        state.problem = ""
    for handler, args in ((ChatState.stop, ()), (ChatState.resend, (started.answer_id, 0))):
        with pytest.raises(Exception, match="not there"):
            await fire(root, handler, *args)
    titles, _ = await fire(root, ChatListState.more)
    assert titles.chats == []
    for ask, do in (
        (lambda s: s.ask_delete(started.conversation_id, "x"), ChatListState.delete),
        (lambda s: s.ask_title(started.conversation_id), ChatListState.rename),
    ):
        list_state = await root.get_state(ChatListState)
        ask(list_state)
        await fire(root, do, *(({"title": "Mine"},) if do is ChatListState.rename else ()))
    async with db.reading() as session:
        conversation = await conversations.get(session, ann, started.conversation_id)
        assert conversation.title == "Secret question"
        assert await runs.at_work(session, await messages.get(session, ann, live.answer_id))


async def test_a_signed_out_cookie_is_worth_nothing(ann):
    root = await page_of(ann)
    async with db.transaction() as session:
        await sessions.end_all(session, ann)
    current._known.clear()
    for handler, args in (
        (ChatState.send, ({"message": "Hello"},)),
        (ChatState.stop, ()),
        (ChatState.show_earlier, ()),
        (ChatState.resend, ("x", 0)),
        (ChatListState.more, ()),
    ):
        await fire(root, handler, *args)
    async with db.reading() as session:
        assert (await conversations.page(session, ann)).items == []
