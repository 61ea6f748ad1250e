"""Commands on the chat screen: routed, answered, and told to every page."""

from __future__ import annotations

import json

import pytest
from pages import fire, page_of

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.engine.events import Entry
from ioverse_app.providers import registry
from ioverse_app.providers.events import QuestionTranslated, TranslationDelta
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, runs
from ioverse_app.services.feeds import Said
from ioverse_app.services.notices import SettingsChanged
from ioverse_app.ui.accounts import current
from ioverse_app.ui.chats.command_state import CommandState
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.chats.relay import Relay
from ioverse_app.ui.chats.state import ChatState

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database, monkeypatch):
    current._known.clear()
    for state in (ChatState, CommandState):  # background handlers lock it, which needs an app
        monkeypatch.setattr(state, "__aenter__", _enter, raising=False)
        monkeypatch.setattr(state, "__aexit__", _leave, raising=False)
    async with engine.running():
        registry.use(Scripted(words("Yes.")))
        yield
    await registry.close()


async def _enter(self):
    return self


async def _leave(self, *_):
    return None


async def command(root, text):
    """What the page is told when this is sent."""
    _, (routed,) = await fire(root, ChatState.send, {"message": text})
    assert routed.handler.fn.__qualname__ == "CommandState.run"
    _, events = await fire(root, CommandState.run, text)
    return await root.get_state(ChatState), events


def pushed(events) -> str:
    value = next(e.payload["value"] for e in events if getattr(e, "payload", {}).get("ref") == "t")
    return value[2]


async def answered(user) -> runs.Started:
    started = await runs.start(user, None, "Hello?", model=MODEL)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def test_a_reply_is_shown_and_never_kept_in_the_state(ann):
    root = await page_of(ann)
    await fire(root, ChatState.open)
    chat, events = await command(root, "/echo some secret")
    assert pushed(events) == "some secret"
    (reply,) = chat.replies
    assert reply.command == "/echo"
    assert "secret" not in json.dumps(chat.dict(), default=str)
    assert await fire(root, ChatState.resend, reply.id, 0) == (chat, [None])
    await fire(root, CommandState.dismiss, reply.id)
    assert chat.replies == []


async def test_what_is_wrong_comes_back_to_the_composer(ann):
    root = await page_of(ann)
    await fire(root, ChatState.open)
    chat, events = await command(root, "/tmep 1")
    assert "Did you mean /temp?" in chat.problem
    assert events[-1].payload == {"ref": "ref_composer", "value": "/tmep 1"}


async def test_what_is_set_in_a_new_chat_holds_for_its_first_message(ann):
    root = await page_of(ann)
    await fire(root, ChatState.open)
    await fire(root, ParametersState.toggle)
    for text in ("/temp 0.3", "/info city Seoul", "/title Plans"):
        chat, events = await command(root, text)
        assert ParametersState.load in events
    assert chat._parameters == {"temperature": 0.3}
    assert len(chat.replies) == 3
    await fire(root, ChatState.send, {"message": "//help is a command"})
    assert (chat.replies, chat.title) == ([], "Plans")
    async with db.reading() as session:
        kept = await conversations.get(session, ann, chat.conversation_id)
    assert (kept.title, kept.facts) == ("Plans", {"city": "Seoul"})
    assert await runs.text_so_far(ann, chat.messages[0].id) == "/help is a command"


async def test_a_change_is_told_to_every_page(ann):
    started = await answered(ann)
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    chat, _ = await fire(root, ChatState.open)
    await command(root, "/translate ko en")
    assert chat.language == "", "the notice brings it, here as elsewhere"
    relay = Relay(ann, started.conversation_id)
    events = [e async for e in relay.tell(chat, SettingsChanged(started.conversation_id))]
    assert events == [ParametersState.refresh]
    assert (chat.language, chat.model_language) == ("Korean", "English")
    assert chat.messages[-1].id == started.answer_id


async def test_translations_go_to_the_page_as_they_come(ann):
    started = await answered(ann)
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    chat, _ = await fire(root, ChatState.open)
    relay = Relay(ann, started.conversation_id)
    told = []
    for number, event in enumerate(
        (QuestionTranslated("Hello"), TranslationDelta("안녕"), TranslationDelta("하세요")), 1
    ):
        said = Said(started.run_id, started.answer_id, 0, [Entry(number, event)])
        told += [e.payload["value"] async for e in relay.tell(chat, said)]
    question, answer = started.question_id[-12:], started.answer_id[-12:]
    assert told == [
        [f"{question}/t", -1, "Hello"],
        [f"{answer}/t", -1, "안녕"],
        [f"{answer}/t", 2, "하세요"],
    ]
    assert all(isinstance(item, MessageItem) and item.translated for item in chat.messages)


async def test_nobody_runs_commands_in_somebody_elses_chat(ann, bob):
    started = await answered(ann)
    for visitor in (bob, None):
        root = await page_of(visitor, "/chat")
        chat = await root.get_state(ChatState)
        chat.conversation_id, chat.model = started.conversation_id, MODEL
        _, events = await fire(root, CommandState.run, "/system Mine now.")
        assert bool(chat.problem) == bool(visitor)
        assert len(events) == (1 if visitor else 0)
    async with db.reading() as session:
        assert not (await conversations.get(session, ann, started.conversation_id)).parameters


async def test_a_link_begins_with_the_address_that_the_page_was_reached_by(ann):
    started = await runs.start(ann, None, "Hello", model=MODEL)
    async for _ in engine.current().batches(started.run_id):
        pass
    root = await page_of(ann, f"/chat/{started.conversation_id}")
    root.router.headers.__dict__["origin"] = "https://chats.example.org"
    await fire(root, ChatState.open)
    _, events = await command(root, "/share")
    assert "<https://chats.example.org/share/" in pushed(events)
