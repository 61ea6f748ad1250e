"""The trash for programs, and chats that are temporary."""

from __future__ import annotations

import pytest
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.services import conversations


@pytest.fixture
async def api(database):
    async with api_client() as api:
        yield api


async def deleted(user, *titles) -> list[str]:
    async with db.transaction() as session:
        made = [await conversations.start(session, user, title) for title in titles]
        return await conversations.delete_many(session, user, [chat.id for chat in made])


async def test_read_restore_delete_and_empty(api, ann):
    await deleted(ann, "One", "Two", "Three")
    headers = await signed_in(ann)
    first = (await api.get("/api/trash", params={"limit": 2}, headers=headers)).json()
    rest = (
        await api.get(
            "/api/trash", params={"limit": 2, "cursor": first["next_cursor"]}, headers=headers
        )
    ).json()
    chats = {chat["chat_title"]: chat for chat in first["chats"] + rest["chats"]}
    assert sorted(chats) == ["One", "Three", "Two"]
    assert {chat["days_left"] for chat in chats.values()} == {30}
    assert rest["next_cursor"] is None

    one, two = chats["One"]["chat_id"], chats["Two"]["chat_id"]
    assert (
        await api.post("/api/trash/restore", json={"chat_id": one}, headers=headers)
    ).status_code == 200
    listed = (await api.get("/api/chats", headers=headers)).json()["history"]
    assert [chat["chat_title"] for chat in listed] == ["One"]
    assert (await api.delete(f"/api/trash/{two}", headers=headers)).status_code == 200
    again = await api.delete(f"/api/trash/{two}", headers=headers)
    assert (again.status_code, again.json()["message"]) == (404, "Chat not found")
    not_in_it = await api.delete(f"/api/trash/{one}", headers=headers)
    assert not_in_it.status_code == 404, "what is not in the trash is not deleted from it"
    emptied = await api.delete("/api/trash", headers=headers)
    assert emptied.json() == {"message": "1 chat deleted for good"}
    assert (await api.get("/api/trash", headers=headers)).json()["chats"] == []


async def test_nobody_else_sees_or_touches_it(api, ann, bob):
    (chat,) = await deleted(ann, "Secret")
    headers = await signed_in(bob)
    assert (await api.get("/api/trash", headers=headers)).json()["chats"] == []
    for refused in (
        await api.post("/api/trash/restore", json={"chat_id": chat}, headers=headers),
        await api.delete(f"/api/trash/{chat}", headers=headers),
        await api.post("/api/chats/keep", json={"chat_id": chat}, headers=headers),
    ):
        assert (refused.status_code, refused.json()["message"]) == (404, "Chat not found")
    await api.delete("/api/trash", headers=headers)
    for path in ("restore",):
        unnamed = await api.post(f"/api/trash/{path}", json={}, headers=headers)
        assert (unnamed.status_code, unnamed.json()["message"]) == (400, "Chat ID is required")
    stranger = await api.get("/api/trash")
    assert stranger.status_code == 401
    ours = (await api.get("/api/trash", headers=await signed_in(ann))).json()["chats"]
    assert [each["chat_title"] for each in ours] == ["Secret"]
    bad = await api.get("/api/trash", params={"cursor": "?"}, headers=headers)
    assert (bad.status_code, bad.json()["code"]) == (400, "cursor_invalid")


async def test_a_temporary_chat_is_not_listed_until_it_is_kept(api, ann):
    async with db.transaction() as session:
        chat = (await conversations.start(session, ann, "Psst", temporary=True)).id
    headers = await signed_in(ann)
    assert (await api.get("/api/chats", headers=headers)).json()["history"] == []
    assert (await api.get(f"/api/chats/{chat}/messages", headers=headers)).status_code == 200
    kept = await api.post("/api/chats/keep", json={"chat_id": chat}, headers=headers)
    assert kept.json()["chat_title"] == "Psst"
    listed = (await api.get("/api/chats", headers=headers)).json()["history"]
    assert [each["chat_id"] for each in listed] == [chat]
