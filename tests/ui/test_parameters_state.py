"""The panel of parameters: what it shows, keeps and refuses, whoever sends its events."""

from __future__ import annotations

import pytest
from pages import fire, page_of

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, runs
from ioverse_app.ui.accounts import current
from ioverse_app.ui.chats.parameter_item import typed
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.chats.state import ChatState

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        registry.use(Scripted(words("Yes.")))
        yield
    await registry.close()


async def answered(user) -> runs.Started:
    started = await runs.start(user, None, "Hello?", model=MODEL)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def kept(user, started) -> dict:
    async with db.reading() as session:
        return (await conversations.get(session, user, started.conversation_id)).parameters


async def test_values_are_kept_with_the_open_chat(ann):
    started = await answered(ann)
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    await fire(root, ChatState.open)
    panel, _ = await fire(root, ParametersState.toggle)
    assert [item.name for item in panel.items][:2] == ["system_prompt", "temperature"]
    await fire(root, ParametersState.save, "temperature", "0.3")
    await fire(root, ParametersState.save, "stop", "END\nSTOP")
    assert await kept(ann, started) == {"temperature": 0.3, "stop": ["END", "STOP"]}
    shown = {item.name: item.value for item in panel.items}
    assert (shown["temperature"], shown["stop"], shown["seed"]) == ("0.3", "END\nSTOP", "")
    await fire(root, ParametersState.save, "temperature", "7")
    assert (panel.problem_name, panel.problem) == (
        "temperature",
        "Temperature is a number from 0 to 2.",
    )
    await fire(root, ParametersState.save, "seed", "4")
    assert panel.problem, "it stands until that field is right"
    await fire(root, ParametersState.save, "temperature", "")
    assert not panel.problem
    assert await kept(ann, started) == {"stop": ["END", "STOP"], "seed": 4}
    await fire(root, ParametersState.restore)
    assert await kept(ann, started) == {}
    assert not panel.any_set


async def test_what_is_set_before_the_first_message_belongs_to_its_chat(ann):
    root = await page_of(ann, "/chat")
    chat, _ = await fire(root, ChatState.open)
    await fire(root, ParametersState.toggle)
    await fire(root, ParametersState.save, "seed", "5")
    await fire(root, ChatState.send, {"message": "Hello?"})
    async with db.reading() as session:
        conversation = await conversations.get(session, ann, chat.conversation_id)
    assert conversation.parameters == {"seed": 5}


async def test_nobody_else_sees_or_sets_them(ann, bob):
    started = await answered(ann)
    for visitor in (bob, None):
        root = await page_of(visitor, "/chat")
        chat = await root.get_state(ChatState)
        chat.conversation_id, chat.model = started.conversation_id, MODEL
        panel, _ = await fire(root, ParametersState.toggle)
        assert panel.items == []
        await fire(root, ParametersState.save, "seed", "5")
        await fire(root, ParametersState.restore)
        assert bool(panel.problem) == bool(visitor)
    assert await kept(ann, started) == {}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0.5", 0.5),
        ("temperature", "1.0", 1),
        ("temperature", "warm", "warm"),
        ("seed", "", None),
        ("seed", "inf", float("inf")),
        ("system_prompt", "  ", None),
        ("stop", "5", "5"),
        ("unknown", "5", "5"),
    ],
)
def test_what_is_typed_stands_for_a_value(name, text, value):
    assert typed(name, text) == value
