"""The list of chats for programs: pinned first, archived apart."""

from __future__ import annotations

import pytest
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.services import conversations


@pytest.fixture
async def api(database):
    async with api_client() as api:
        yield api


async def chats(user, *titles) -> list[str]:
    async with db.transaction() as session:
        return [(await conversations.start(session, user, title)).id for title in titles]


async def listed(api, headers, **query) -> list[str]:
    """The titles of the whole list, page by page."""
    read, params = [], {"limit": 1, **query}
    while True:
        page = (await api.get("/api/chats", params=params, headers=headers)).json()
        read += [chat["chat_title"] for chat in page["history"]]
        if page["next_cursor"] is None:
            return read
        params["cursor"] = page["next_cursor"]


async def test_pin_archive_and_back(api, ann):
    first, second, _ = await chats(ann, "One", "Two", "Three")
    headers = await signed_in(ann)
    assert await listed(api, headers) == ["Three", "Two", "One"]
    kept = await api.post("/api/chats/pin", json={"chat_id": first}, headers=headers)
    assert kept.json() == {"chat_id": first, "chat_title": "One", "pinned": True, "archived": False}
    assert await listed(api, headers) == ["One", "Three", "Two"]
    kept = await api.post("/api/chats/archive", json={"chat_id": second}, headers=headers)
    assert kept.json()["archived"] is True
    assert await listed(api, headers) == ["One", "Three"]
    assert await listed(api, headers, archived="true") == ["Two"]
    for path, body in (
        ("pin", {"chat_id": first, "pinned": False}),
        ("archive", {"chat_id": second, "archived": False}),
    ):
        assert (await api.post(f"/api/chats/{path}", json=body, headers=headers)).status_code == 200
    assert await listed(api, headers) == ["Three", "Two", "One"]


async def test_somebody_elses_chat_is_not_there(api, ann, bob):
    (chat,) = await chats(ann, "Secret")
    headers = await signed_in(bob)
    for path in ("pin", "archive"):
        refused = await api.post(f"/api/chats/{path}", json={"chat_id": chat}, headers=headers)
        assert (refused.status_code, refused.json()["message"]) == (404, "Chat not found")
        unnamed = await api.post(f"/api/chats/{path}", json={}, headers=headers)
        assert (unnamed.status_code, unnamed.json()["message"]) == (400, "Chat ID is required")
        stranger = await api.post(f"/api/chats/{path}", json={"chat_id": chat})
        assert stranger.status_code == 401
    assert await listed(api, headers, archived="true") == []


async def test_what_is_no_cursor_is_refused(api, ann):
    headers = await signed_in(ann)
    answer = await api.get("/api/chats", params={"cursor": "0" * 32}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
