"""Chats for programs: the documented routes, their answers and their sentences."""

from __future__ import annotations

import asyncio
import json

import pytest
from programs import api_client, signed_in

from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.errors import KeyRefused
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import guesses

UNKNOWN = "0" * 32


@pytest.fixture
async def api(database):
    guesses.forget_all()
    async with engine.running():
        async with api_client() as api:
            yield api
    await registry.close()


def events_of(text: str) -> list[dict]:
    """What a client reads: name, data and number of every event."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in fields:
            data = json.loads(fields["data"])
            events.append({"name": fields["event"], "id": fields.get("id"), **data})
    return events


async def test_send_stream_read_list_delete(api, ann):
    registry.use(
        Scripted([TextDelta("Hello "), 0.1, TextDelta("Ann"), Usage(9, 2), Finished("stop")])
    )
    headers = await signed_in(ann)
    sent = (await api.post("/api/chats", json={"message": " Who am I? "}, headers=headers)).json()
    assert (sent["user_message"], sent["chat_title"]) == ("Who am I?", "Who am I?")
    chat = {"chat_id": sent["chat_id"], "user_id": ann.id}

    answer = await api.get("/api/chats/stream", params=chat, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    assert [event["name"] for event in events] == ["start", "message", "message", "complete"]
    assert {event["message_id"] for event in events} == {sent["answer_id"]}
    assert "".join(event.get("content", "") for event in events) == "Hello Ann"
    assert events[-1]["completion_tokens"] == 2
    assert events[-1]["response_time"] > 0

    again = await api.post(
        "/api/chats/stream", json=chat, headers=headers | {"Last-Event-ID": events[1]["id"]}
    )
    assert events_of(again.text) == events[2:], "a client that comes back gets what it lacks"

    for read in (
        api.get("/api/chats/messages", params=chat, headers=headers),
        api.get(f"/api/chats/{sent['chat_id']}/messages", headers=headers),
    ):
        messages = (await read).json()["messages"]
        assert [(m["role"], m["content"]) for m in messages] == [
            ("user", "Who am I?"),
            ("assistant", "Hello Ann"),
        ]
        assert messages[1]["completion_tokens"] == 2

    listed = (await api.get("/api/chats", params={"user_id": ann.id}, headers=headers)).json()
    assert listed["user_id"] == ann.id
    assert [(c["chat_id"], c["chat_title"]) for c in listed["history"]] == [
        (sent["chat_id"], "Who am I?")
    ]
    gone = await api.post("/api/chats/delete", json=chat, headers=headers)
    assert gone.json() == {"message": "Chat deleted successfully"}
    assert (await api.get("/api/chats", headers=headers)).json()["history"] == []
    after = await api.get("/api/chats/messages", params=chat, headers=headers)
    assert (after.status_code, after.json()["message"]) == (404, "Chat not found")


async def test_a_failed_answer_is_an_error_event_with_its_sentence(api, ann):
    registry.use(Scripted([KeyRefused("The provider refused the key.")]))
    headers = await signed_in(ann)
    sent = (await api.post("/api/chats", json={"message": "Hi"}, headers=headers)).json()
    answer = await api.get(
        "/api/chats/stream", params={"chat_id": sent["chat_id"]}, headers=headers
    )
    last = events_of(answer.text)[-1]
    assert last["name"] == "error"
    assert (last["message"], last["code"]) == ("The provider refused the key.", "key_refused")


async def test_stop_by_the_api(api, ann):
    registry.use(Scripted([TextDelta("a"), 60.0]))
    headers = await signed_in(ann)
    sent = (await api.post("/api/chats", json={"message": "Hi"}, headers=headers)).json()
    await asyncio.sleep(0.05)
    stopped = await api.post(f"/api/runs/{sent['run_id']}/cancel", headers=headers)
    assert stopped.status_code == 202
    answer = await api.get(
        "/api/chats/stream", params={"chat_id": sent["chat_id"]}, headers=headers
    )
    assert events_of(answer.text)[-1]["name"] == "complete"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("POST", "/api/chats", {}, 400, "User ID and message are required"),
        ("POST", "/api/chats", {"message": "x", "user_id": "else"}, 403, "User ID does not match!"),
        ("POST", "/api/chats", {"message": "x", "chat_id": UNKNOWN}, 404, None),
        ("POST", "/api/chats", {"message": "x" * 300_000}, 400, None),
        ("POST", "/api/chats", {"message": "x", "model": "no/such"}, 502, None),
        ("GET", "/api/chats/stream", None, 400, "User ID and Chat ID are required"),
        ("GET", f"/api/chats/stream?chat_id={UNKNOWN}", None, 404, "Chat not found"),
        ("GET", "/api/chats/messages", None, 400, "Chat ID is required"),
        ("GET", f"/api/chats/{UNKNOWN}/messages", None, 404, "Chat not found"),
        ("POST", "/api/chats/delete", {}, 400, "Chat ID is required"),
        ("POST", "/api/chats/delete", {"chat_id": UNKNOWN}, 404, "Chat not found"),
        ("POST", f"/api/runs/{UNKNOWN}/cancel", {}, 404, None),
        ("GET", "/api/chats?limit=0", None, 400, None),
    ],
)
async def test_what_is_wrong_is_said(api, ann, method, path, body, status, sentence):
    registry.use(Scripted([Finished("stop")]))
    answer = await api.request(method, path, json=body, headers=await signed_in(ann))
    assert answer.status_code == status
    error = answer.json()
    assert set(error) == {"message", "code", "details"}
    assert error["message"] == (sentence or error["message"])
    assert error["message"].endswith((".", "!", "required", "found"))


async def test_somebody_elses_chat_looks_like_none(api, ann, bob):
    registry.use(Scripted([TextDelta("Secret"), Finished("stop")]))
    anns, bobs = await signed_in(ann), await signed_in(bob)
    sent = (await api.post("/api/chats", json={"message": "Hi"}, headers=anns)).json()
    chat = sent["chat_id"]
    for answer in (
        await api.get(f"/api/chats/{chat}/messages", headers=bobs),
        await api.get("/api/chats/stream", params={"chat_id": chat}, headers=bobs),
        await api.post("/api/chats", json={"chat_id": chat, "message": "x"}, headers=bobs),
        await api.post("/api/chats/delete", json={"chat_id": chat}, headers=bobs),
        await api.post(f"/api/runs/{sent['run_id']}/cancel", headers=bobs),
    ):
        assert answer.status_code == 404
        assert "Secret" not in answer.text
    for path in ("/api/chats", "/api/chats/messages", "/api/chats/stream"):
        assert (await api.get(path)).status_code == 401


async def test_health_says_whether_it_can_serve(api):
    assert (await api.get("/health")).json()["status"] == "ok"
