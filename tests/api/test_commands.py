"""Commands and exports for programs."""

from __future__ import annotations

import pytest
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, guesses

PATH = "/api/chats/commands"


@pytest.fixture
async def api(database):
    guesses.forget_all()
    async with engine.running():
        registry.use(Scripted(words("It steers.")))
        async with api_client() as api:
            yield api
    await registry.close()


async def begun(api, headers) -> str:
    sent = (await api.post("/api/chats", json={"message": "Hello | there"}, headers=headers)).json()
    await api.get("/api/chats/stream", params={"chat_id": sent["chat_id"]}, headers=headers)
    return sent["chat_id"]


async def test_commands_are_listed_and_done(api, ann):
    headers = await signed_in(ann)
    known = (await api.get("/api/commands", headers=headers)).json()["commands"]
    temp = next(one for one in known if one["name"] == "temp")
    assert temp["usage"] == "/temp [default|value]"
    assert "settemperature" in temp["aliases"]

    chat = await begun(api, headers)
    body = {"chat_id": chat, "command": "/temp 0.2"}
    done = (await api.post(PATH, json=body, headers=headers)).json()
    assert (done["kind"], done["command"], done["chat_id"]) == ("reply", "/temp", chat)
    assert "to **0.2**" in done["reply"]
    async with db.reading() as session:
        assert (await conversations.get(session, ann, chat)).parameters == {"temperature": 0.2}

    shared = await api.post(
        PATH,
        json={"chat_id": chat, "command": "/share"},
        headers={**headers, "host": "chats.example.org"},
    )
    assert "<http://chats.example.org/share/" in shared.json()["reply"]

    sent = await api.post("/api/chats", json={"chat_id": chat, "message": "/ping"}, headers=headers)
    assert (sent.json()["kind"], sent.json()["reply"]) == ("reply", "pong")
    literal = {"chat_id": chat, "message": "//ping is a command"}
    sent = (await api.post("/api/chats", json=literal, headers=headers)).json()
    assert sent["user_message"] == "/ping is a command"
    await api.get("/api/chats/stream", params={"chat_id": chat}, headers=headers)

    for command, kind in (("/retry", "run"), ("/summarize", "message")):
        body = {"chat_id": chat, "command": command}
        done = (await api.post(PATH, json=body, headers=headers)).json()
        assert done["kind"] == kind
        assert done["run_id"]
        assert bool(done["user_message"]) == (kind == "message")
        await api.get("/api/chats/stream", params={"chat_id": chat}, headers=headers)


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 400, "A command begins with a slash and its name."),
        ({"command": "hello"}, 400, "A command begins with a slash and its name."),
        ({"command": "/tmep"}, 400, "Did you mean /temp?"),
        ({"command": "/temp 1"}, 400, "There is no chat yet. Send a message first."),
        ({"command": "/temp 9", "chat_id": "0" * 32}, 404, "not there"),
        ({"command": "/clear", "chat_id": "0" * 32}, 404, "not there"),
    ],
)
async def test_what_is_wrong_is_said(api, ann, body, status, sentence):
    answer = await api.post(PATH, json=body, headers=await signed_in(ann))
    assert answer.status_code == status
    assert sentence in answer.json()["message"]


async def test_a_translated_chat_streams_both_texts(api, ann):
    def script(request):
        asked = request.turns[-1].content
        if asked.startswith("Translate into English"):
            return words("Hello")
        return words("안녕") if asked.startswith("Translate into") else words("Good day.")

    headers = await signed_in(ann)
    chat = await begun(api, headers)
    registry.use(Scripted(script))
    for message in ("/translate ko en", "여보세요"):
        body = {"chat_id": chat, "message": message}
        await api.post("/api/chats", json=body, headers=headers)
    streamed = await api.get("/api/chats/stream", params={"chat_id": chat}, headers=headers)
    events = [line for line in streamed.text.splitlines() if line.startswith("event: ")]
    names = list(dict.fromkeys(line.removeprefix("event: ") for line in events))
    assert names == ["start", "question", "message", "translation", "complete"]
    last = (await api.get(f"/api/chats/{chat}/messages", headers=headers)).json()["messages"][-2:]
    assert [(m["content"], m["translation"]) for m in last] == [
        ("여보세요", "Hello"),
        ("Good day.", "안녕"),
    ]
    text = (await api.get(f"/api/chats/{chat}/export", headers=headers)).text
    assert "Good day.\n\n### Translation\n\n안녕" in text
