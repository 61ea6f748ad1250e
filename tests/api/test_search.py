"""Search for programs."""

from __future__ import annotations

import pytest
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.services import conversations
from ioverse_app.tables import Message


@pytest.fixture
async def api(database):
    async with api_client() as api:
        yield api


async def say(user, title, *texts) -> list[Message]:
    async with db.transaction() as session:
        chat = await conversations.start(session, user, title)
        said = [Message(conversation_id=chat.id, role="user", content=text) for text in texts]
        session.add_all(said)
    return said


async def test_results_say_what_was_found_and_where_it_is(api, ann, bob):
    (said,) = await say(ann, "Fruit", "Pears, and 🍎 apples")
    await say(bob, "Apples", "apples of somebody else")
    headers = await signed_in(ann)
    answer = await api.get("/api/search", params={"q": "apples"}, headers=headers)
    assert answer.status_code == 200
    body = answer.json()
    (hit,) = body["results"]
    begin, end = hit["snippet"]["marks"][0]
    assert hit["snippet"]["text"][begin:end] == "apples"
    assert hit["chat_id"] == said.conversation_id
    assert hit["message_id"] == said.id
    assert (hit["kind"], hit["chat_title"], hit["role"]) == ("message", "Fruit", "user")
    assert hit["path"] == f"/chat/{said.conversation_id}?message={said.id}"
    assert (body["next_cursor"], body["hints"], body["query"]) == (None, [], "apples")


async def test_results_come_by_pages(api, ann):
    await say(ann, "Numbers", *(f"number {i}" for i in range(7)))
    headers = await signed_in(ann)
    seen, params = [], {"q": "number ", "limit": 3}
    while True:
        body = (await api.get("/api/search", params=params, headers=headers)).json()
        seen += [hit["snippet"]["text"] for hit in body["results"]]
        if body["next_cursor"] is None:
            break
        params["cursor"] = body["next_cursor"]
    assert sorted(seen) == [f"number {i}" for i in range(7)]


async def test_what_cannot_be_used_is_said(api, ann):
    headers = await signed_in(ann)
    body = (await api.get("/api/search", params={"q": "has:banana"}, headers=headers)).json()
    assert (body["results"], body["hints"]) == (
        [],
        ["has: takes code, image or file, without a space."],
    )
    for query in ("", "\x00", '"', "-", "(", "a" * 5000, "%"):
        answer = await api.get("/api/search", params={"q": query}, headers=headers)
        assert (answer.status_code, answer.json()["results"]) == (200, [])
    refused = await api.get("/api/search", params={"q": "x", "cursor": "y"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "cursor_invalid")
    assert (await api.get("/api/search", params={"q": "x"})).status_code == 401
