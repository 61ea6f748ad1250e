"""What a model is given, as programs see and mark it."""

from __future__ import annotations

import pytest
from programs import api_client, signed_in

from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words


@pytest.fixture
async def provider(database):
    async with engine.running():
        parrot = Scripted(words("Yes."))
        registry.use(parrot)
        yield parrot
    await registry.close()


@pytest.fixture
async def api(provider):
    async with api_client() as api:
        yield api


async def send(api, headers, **body) -> dict:
    """A message that is sent, and answered to its end."""
    sent = await api.post("/api/chats", json={"message": "Hi"} | body, headers=headers)
    chat = {"chat_id": sent.json()["chat_id"]}
    await api.get("/api/chats/stream", params=chat, headers=headers)
    return sent.json()


async def test_what_is_sent_can_be_read_and_changed(api, ann, provider):
    headers = await signed_in(ann)
    first = await send(api, headers, message="What is blue?")
    path = f"/api/chats/{first['chat_id']}/context"
    before = (await api.get(path, headers=headers)).json()
    assert before["model"] == "scripted/parrot"
    assert [part["kind"] for part in before["parts"]] == ["system", "message", "message"]
    assert (before["counted"], before["exact"], before["left_out"]) == ("estimate", False, [])
    assert before["room"] == before["window"] - before["output"]
    counted = sum(part["tokens"] for part in before["parts"]) + before["separators"]
    assert before["tokens"] == counted

    def mark(message_id, in_context):
        mark_path = f"/api/messages/{message_id}/context"
        return api.post(mark_path, json={"in_context": in_context}, headers=headers)

    marked = await mark(first["message_id"], "excluded")
    assert marked.json() == {"message_id": first["message_id"], "in_context": "excluded"}
    await mark(first["answer_id"], "pinned")
    after = (await api.get(path, headers=headers)).json()
    assert [(p["message_id"], p["reason"]) for p in after["left_out"]] == [
        (first["message_id"], "excluded")
    ]
    assert [part["pinned"] for part in after["parts"]] == [False, False, True]
    assert (await mark(first["answer_id"], "sometimes")).status_code == 400
    await mark(first["message_id"], "")

    second = await send(api, headers, message="And green?", chat_id=first["chat_id"])
    sent_path = f"/api/messages/{second['answer_id']}/context"
    sent = (await api.get(sent_path, headers=headers)).json()
    assert sent["run_id"] == second["run_id"]
    turns = [(turn["role"], turn["content"]) for turn in sent["turns"]]
    assert turns == [(turn.role, turn.content) for turn in provider.requests[1].turns]
    assert [part["text"] for part in sent["parts"]][1:] == ["What is blue?", "Yes.", "And green?"]
    question = await api.get(f"/api/messages/{second['message_id']}/context", headers=headers)
    assert (question.status_code, question.json()["code"]) == (400, "not_an_answer")


async def test_it_is_nobody_elses(api, ann, bob):
    first = await send(api, await signed_in(ann))
    headers = await signed_in(bob)
    answer = f"/api/messages/{first['answer_id']}/context"
    for refused in (
        await api.get(f"/api/chats/{first['chat_id']}/context", headers=headers),
        await api.get(answer, headers=headers),
        await api.post(answer, json={"in_context": "pinned"}, headers=headers),
    ):
        assert refused.status_code == 404
    assert (await api.get(answer)).status_code == 401
