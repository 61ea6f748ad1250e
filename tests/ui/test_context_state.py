"""The panel of the context: what it shows, and that it is nobody else's."""

from __future__ import annotations

import pytest
from pages import fire, page_of

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, runs
from ioverse_app.tables import Message
from ioverse_app.ui.accounts import current
from ioverse_app.ui.chats import context_state
from ioverse_app.ui.chats.context_item import share
from ioverse_app.ui.chats.context_state import ContextState
from ioverse_app.ui.chats.items import dollars
from ioverse_app.ui.chats.state import ChatState

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        registry.use(Scripted(words("Yes.")))
        yield
    await registry.close()


async def answered(user, text="What is blue?", chat=None) -> runs.Started:
    started = await runs.start(user, chat, text, model=MODEL)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def opened(user, started):
    root = await page_of(user, f"/chat/{started.conversation_id}")
    await fire(root, ChatState.open)
    return root


async def test_what_would_be_sent_can_be_pinned_and_excluded(ann):
    started = await answered(ann)
    root = await opened(ann, started)
    panel, _ = await fire(root, ContextState.toggle)
    assert (panel.shown, panel.loading, panel.items) == (True, True, [])
    await fire(root, ContextState.load)
    assert [(item.whose, item.words, item.tokens) for item in panel.items] == [
        ("System prompt", "You are a helpful assistant.", "10"),
        ("You", "What is blue?", "5"),
        ("Answer", "Yes.", "2"),
    ]
    assert (panel.used, panel.loading) == ("About 41 of 32,768 tokens", False)
    await fire(root, ContextState.mark, started.question_id, "excluded")
    await fire(root, ContextState.mark, started.answer_id, "pinned")
    await fire(root, ContextState.mark, started.answer_id, "sometimes")
    await fire(root, ContextState.load)
    rows = {item.whose: item for item in panel.items}
    assert (rows["You"].sent, rows["You"].excluded, rows["You"].note) == (False, True, "Excluded")
    assert (rows["Answer"].pinned, rows["Answer"].sent) == (True, True)
    assert rows["Added by IOverse"].words == "(This question was left out.)"


async def test_an_answer_shows_exactly_what_it_was_given(ann, monkeypatch):
    started = await answered(ann, "word " * 100)
    root = await opened(ann, started)
    panel, _ = await fire(root, ContextState.inspect, started.answer_id)
    await fire(root, ContextState.load)
    assert [item.whose for item in panel.items] == ["System prompt", "You"]
    monkeypatch.setattr(context_state, "MOST", 9)
    key = panel.items[1].key
    _, [event] = await fire(root, ContextState.read, key)
    text = event.payload["value"][2]
    assert text == "word word\n\n[490 more characters are not shown here.]"
    assert panel.opened == [key]
    await fire(root, ContextState.read, key)
    assert panel.opened == []


async def test_a_long_chat_shows_its_newest_rows_first(ann):
    async with db.transaction() as session:
        chat = await conversations.start(session, ann, "Long")
        last = None
        for number in range(200):
            message = Message(
                conversation_id=chat.id,
                parent_id=last,
                role="assistant" if number % 2 else "user",
                content=f"Number {number}",
            )
            session.add(message)
            last = message.id
        await session.flush()
        chat.head_id, chat.model = last, MODEL
    root = await page_of(ann, f"/chat/{chat.id}")
    await fire(root, ChatState.open)
    panel, _ = await fire(root, ContextState.toggle)
    await fire(root, ContextState.load)
    assert (len(panel.items), panel.hidden) == (61, 140)
    assert (panel.items[0].whose, panel.items[-1].words) == ("System prompt", "Number 199")
    await fire(root, ContextState.more)
    assert (len(panel.items), panel.hidden) == (201, 0)


async def test_an_empty_chat_shows_its_system_prompt(ann):
    root = await page_of(ann, "/chat")
    await fire(root, ChatState.open)
    panel, _ = await fire(root, ContextState.toggle)
    await fire(root, ContextState.load)
    assert [item.whose for item in panel.items] == ["System prompt"]


async def test_nobody_else_sees_or_marks_anything(ann, bob):
    started = await answered(ann)
    for visitor in (bob, None):
        root = await page_of(visitor, "/chat")
        chat = await root.get_state(ChatState)
        chat.conversation_id = started.conversation_id
        for handler in (ContextState.inspect, ContextState.toggle):
            panel, _ = await fire(root, handler, *["x"] * (handler is ContextState.inspect))
            await fire(root, ContextState.load)
            assert panel.items == []


@pytest.mark.parametrize(
    ("cost", "text"),
    [(12, "$0.000012"), (1200, "$0.0012"), (45_678, "$0.0457"), (1_234_567, "$1.23")],
)
def test_a_cost_is_readable(cost, text):
    assert dollars(cost) == text


def test_a_share_is_never_nothing_for_something():
    assert [share(n, 1000) for n in (0, 1, 126, 5000)] == [0, 1, 13, 100]
