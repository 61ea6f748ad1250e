"""Providers, models, retirement and one's own keys, as programs see and change them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from conftest import add_person
from programs import api_client, signed_in
from raw_server import raw_server, refusing, whole

from ioverse_app import db
from ioverse_app.providers import registry
from ioverse_app.services import conversations
from ioverse_app.tables import Role

KEY = "sk-mine-12345678"
ADMIN, MINE = "/api/admin", "/api/users/me/provider-keys"


def listing(*names):
    body = {"data": [{"id": name} for name in names]}
    return whole(json.dumps(body).encode(), 200, "application/json")


@pytest.fixture
async def api(database):
    async with api_client() as api:
        yield api
    await registry.close()


@pytest.fixture
async def root(database):
    return await signed_in(await add_person("root", role=Role.ADMIN))


async def test_a_provider_is_added_changed_tried_and_removed(api, root, ann):
    mine = await signed_in(ann)
    async with raw_server(listing("llama-3.3"), listing("llama-3.3"), refusing(500, {})) as server:
        new = {"kind": "groq", "label": "House", "base_url": server.url, "key": KEY}
        added = await api.post(f"{ADMIN}/providers", json=new, headers=root)
        assert added.status_code == 201
        provider = added.json()
        assert (provider["name"], provider["last4"]) == ("groq", "5678")
        assert KEY not in added.text
        shown = (await api.get("/api/models", headers=mine)).json()["models"]
        assert [one["model"] for one in shown] == ["groq/llama-3.3"]
        tried = await api.post(f"{ADMIN}/providers/groq/test", headers=root)
        assert [one["outcome"] for one in tried.json()["trials"]][:2] == ["works", "fails"]
    path = f"{ADMIN}/providers/{provider['id']}"
    changed = await api.patch(path, json={"enabled": False}, headers=root)
    assert changed.json()["enabled"] is False
    assert (await api.get("/api/models", headers=mine)).json()["models"] == []
    opened = await api.patch(path, json={"allowed_groups": None}, headers=root)
    assert opened.json()["allowed_groups"] is None
    read = (await api.get(f"{ADMIN}/providers", headers=root)).json()
    assert [one["id"] for one in read["providers"]] == [provider["id"]]
    assert {"anthropic", "openai", "compatible"} <= {one["kind"] for one in read["presets"]}
    assert KEY not in json.dumps(read)
    assert (await api.delete(path, headers=root)).status_code == 200
    assert (await api.delete(path, headers=root)).status_code == 404


async def test_who_does_not_administer_is_refused_everywhere(api, ann):
    mine = await signed_in(ann)
    for method, path, body in (
        ("GET", "providers", None),
        ("POST", "providers", {"kind": "ollama"}),
        ("PATCH", "providers/x", {"label": "Mine"}),
        ("DELETE", "providers/x", None),
        ("POST", "providers/openai/test", None),
        ("GET", "models", None),
        ("PATCH", "models/openai/gpt-4o", {"hidden": True}),
        ("GET", "retirement", None),
        ("POST", "retirement", {"old": "a/b", "new": "c/d"}),
        ("DELETE", "retirement/x", None),
    ):
        for headers, status in ((mine, 403), ({}, 401)):
            answer = await api.request(method, f"{ADMIN}/{path}", json=body, headers=headers)
            assert answer.status_code == status, (method, path)


@pytest.mark.parametrize(
    "new",
    [
        {"kind": "nothing"},
        {"kind": "compatible"},
        {"kind": "compatible", "base_url": "ftp://x"},
        {"kind": "ollama", "label": " "},
        {"kind": "ollama", "key": "short"},
        {"kind": "ollama", "label": "x" * 65},
    ],
)
async def test_what_cannot_be_added_is_refused(api, root, new):
    assert (await api.post(f"{ADMIN}/providers", json=new, headers=root)).status_code == 400


async def test_ones_own_key_is_tried_kept_and_forgotten(api, root, ann, bob):
    mine = await signed_in(ann)
    no = refusing(401, {"error": {"message": "Wrong"}})
    async with raw_server(no, listing("llama-3.3", "qwen3")) as server:
        new = {"kind": "groq", "base_url": server.url}
        await api.post(f"{ADMIN}/providers", json=new, headers=root)
        refused = await api.put(f"{MINE}/groq", json={"key": KEY}, headers=mine)
        assert (refused.status_code, refused.json()["code"]) == (502, "key_refused")
        kept = (await api.put(f"{MINE}/groq", json={"key": KEY}, headers=mine)).json()
    assert (kept["last4"], kept["models"], kept["served"]) == ("5678", 2, False)
    read = await api.get(MINE, headers=mine)
    assert KEY not in read.text
    given = [one["provider"] for one in read.json()["keys"] if one["last4"]]
    assert given == ["groq"]
    theirs = (await api.get(f"{MINE}/groq", headers=await signed_in(bob))).json()
    assert theirs["last4"] == ""
    assert (await api.delete(f"{MINE}/groq", headers=mine)).status_code == 200
    assert (await api.delete(f"{MINE}/groq", headers=mine)).status_code == 404
    assert (await api.get(f"{MINE}/nobody", headers=mine)).status_code == 404
    assert (await api.put(f"{MINE}/groq", json={"key": "x"}, headers=mine)).status_code == 400
    assert (await api.get(MINE)).status_code == 401


async def test_what_uses_a_model_that_ends_is_moved_and_moved_back(api, root, ann, bob):
    mine = await signed_in(ann)
    soon = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
    async with raw_server(listing("old", "new")) as server:
        new = {"kind": "vllm", "base_url": server.url}
        await api.post(f"{ADMIN}/providers", json=new, headers=root)
        await api.get("/api/models", headers=mine)
        set_now = await api.patch(
            f"{ADMIN}/models/vllm/old", json={"shutdown_date": soon}, headers=root
        )
        assert set_now.json()["facts"] == {"shutdown_date": soon}
        async with db.transaction() as session:
            ids = []
            for person in (ann, ann, bob):
                chat = await conversations.start(session, person, "Plans")
                chat.model = "vllm/old"
                ids.append(chat.id)
        (due,) = (await api.get(f"{ADMIN}/retirement", headers=root)).json()["models"]
        assert (due["model"], due["days"], due["chats"], due["people"]) == ("vllm/old", 20, 3, 2)
        move = {"old": "vllm/old", "new": "vllm/new"}
        moved = (await api.post(f"{ADMIN}/retirement", json=move, headers=root)).json()
        assert moved["chats"] == 3
        assert (await api.get(f"{ADMIN}/retirement", headers=root)).json()["models"] == []
        async with db.transaction() as session:
            (await conversations.get(session, ann, ids[0])).model = "vllm/third"
        undo = f"{ADMIN}/retirement/{moved['id']}"
        assert "2 chats" in (await api.delete(undo, headers=root)).json()["message"]
        assert (await api.delete(undo, headers=root)).status_code == 409
        for old, to, status in (
            ("vllm/old", "vllm/old", 400),
            ("vllm/old", "vllm/nothing", 400),
            ("vllm/unused", "vllm/new", 404),
        ):
            body = {"old": old, "new": to}
            answer = await api.post(f"{ADMIN}/retirement", json=body, headers=root)
            assert answer.status_code == status
