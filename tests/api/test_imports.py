"""Bringing chats along from the outside: upload, look, run, and what is too large."""

from __future__ import annotations

import asyncio
import json

import pytest
from programs import api_client, signed_in

from ioverse_app.api import imports as routes
from ioverse_app.config import settings
from ioverse_app.engine import engine
from ioverse_app.services import import_files

CHAT = {
    "uuid": "c",
    "name": "Bread",
    "chat_messages": [{"uuid": "q", "sender": "human", "text": "How long?"}],
}


@pytest.fixture
async def api(database):
    async with engine.running(), api_client() as api:
        yield api


async def test_upload_look_and_run(api, ann, bob):
    headers = await signed_in(ann)
    body = json.dumps([CHAT])
    made = await api.post("/api/imports?name=claude.json", content=body, headers=headers)
    assert made.status_code == 201, made.text
    found = made.json()
    assert (found["status"], found["report"]["new"], found["size"]) == ("ready", 1, len(body))
    url = f"/api/imports/{found['import_id']}"
    assert (await api.get(url, headers=await signed_in(bob))).status_code == 404
    assert (await api.post(f"{url}/run", headers=headers)).status_code == 202
    for _ in range(100):
        found = (await api.get(url, headers=headers)).json()
        if found["status"] == "done":
            break
        await asyncio.sleep(0.05)
    assert found["added"] == 1
    chats = (await api.get("/api/chats", headers=headers)).json()["history"]
    assert [chat["chat_title"] for chat in chats] == ["Bread"]


@pytest.mark.parametrize("body", [b"", b"nonsense", b"\xff\xfe", b"[" * 1000, b"PK\x03\x04junk"])
async def test_what_is_no_export_gets_a_sentence_and_leaves_nothing(api, ann, body):
    answer = await api.post("/api/imports", content=body, headers=await signed_in(ann))
    assert answer.status_code == 400
    assert answer.json()["code"] in ("import_unreadable", "import_empty")
    assert list(import_files.folder().iterdir()) == []


async def test_a_file_that_is_too_large_is_not_read_to_its_end(api, ann, monkeypatch):
    monkeypatch.setattr(routes, "PIECE", 1000)
    small = settings().model_copy(update={"import_max_mb": 0})
    monkeypatch.setattr(routes, "settings", lambda: small)
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 10_000_000:
            sent += 1000
            yield b" " * 1000

    headers = await signed_in(ann)
    answer = await api.post("/api/imports", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "import_too_large")
    declared = await api.post("/api/imports", content=b"[]", headers=headers)
    assert declared.status_code == 413
    assert list(import_files.folder().iterdir()) == []


async def test_strangers_bring_nothing(api):
    assert (await api.post("/api/imports", content=b"[]")).status_code == 401
