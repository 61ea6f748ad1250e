"""Exports over HTTP: a file with a name, for its owner only."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile

import pytest
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.services import conversations
from ioverse_app.tables import Message


@pytest.fixture
async def api(database):
    async with engine.running(), api_client() as api:
        yield api


async def chat_of(user, title="Pläne “May”") -> str:
    async with db.transaction() as session:
        chat = await conversations.start(session, user, title)
        message = Message(conversation_id=chat.id, role="user", content="Hello <b>there</b>")
        session.add(message)
        chat.head_id = message.id
    return chat.id


@pytest.mark.parametrize(
    ("format", "media_type", "start"),
    [
        ("pdf", "application/pdf", b"%PDF-"),
        ("markdown", "text/markdown; charset=utf-8", b"# Pl"),
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("json", "application/json", b"{"),
    ],
)
async def test_a_chat_is_downloaded(api, ann, format, media_type, start):
    chat = await chat_of(ann)
    answer = await api.get(
        f"/api/chats/{chat}/export", params={"format": format}, headers=await signed_in(ann)
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert (
        "filename*=UTF-8''Pl%C3%A4ne%20%E2%80%9CMay%E2%80%9D."
        in (answer.headers["content-disposition"])
    )
    assert answer.content.startswith(start)


async def test_what_cannot_be_had(api, ann, bob):
    chat = await chat_of(ann)
    address = f"/api/chats/{chat}/export"
    assert (await api.get(address)).status_code == 401
    refused = await api.get(address, headers=await signed_in(bob))
    assert (refused.status_code, refused.json()["message"]) == (404, "Chat not found")
    headers = await signed_in(ann)
    unknown = await api.get(address, params={"format": "exe"}, headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid_request")


async def until_done(api, url, headers) -> dict:
    for _ in range(200):
        found = (await api.get(url, headers=headers)).json()
        if found["status"] != "running":
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("It is not done in time.")


async def test_many_chats_are_one_zip_that_can_be_brought_back(api, ann, bob):
    chats = [await chat_of(ann, title) for title in ("Plan", "plan", "Conversations")]
    headers = await signed_in(ann)
    body = {"chat_ids": [*chats, await chat_of(bob)], "format": "json"}
    begun = await api.post("/api/exports", json=body, headers=headers)
    assert (begun.status_code, begun.json()["total"]) == (202, 3)
    url = f"/api/exports/{begun.json()['export_id']}"
    done = await until_done(api, url, headers)
    assert (done["status"], done["format"], done["done"], done["failed"]) == ("done", "json", 3, 0)
    assert (await api.get("/api/exports/latest", headers=headers)).json() == done
    answer = await api.get(f"{url}/file", headers=headers)
    assert (answer.headers["content-type"], len(answer.content)) == (
        "application/zip",
        done["size"],
    )
    assert "ioverse%20chats%20" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert len(zipped.namelist()) == 3
        assert all(json.loads(zipped.read(name))["messages"] for name in zipped.namelist())

    # Somebody else brings it in, whole.
    other = await signed_in(bob)
    assert (await api.get(f"{url}/file", headers=other)).status_code == 404
    looked = await api.post("/api/imports?name=chats.zip", content=answer.content, headers=other)
    assert looked.json()["report"]["new"] == 3
    brought = f"/api/imports/{looked.json()['import_id']}"
    await api.post(f"{brought}/run", headers=other)
    assert (await until_done(api, brought, other))["added"] == 3

    assert (await api.delete(url, headers=other)).status_code == 404
    assert (await api.delete(url, headers=headers)).status_code == 204
    for gone in (url, f"{url}/file", "/api/exports/latest"):
        assert (await api.get(gone, headers=headers)).status_code == 404


async def test_what_no_zip_is_made_of(api, ann):
    headers = await signed_in(ann)
    for body, status, code in (
        ({"chat_ids": []}, 404, "not_found"),
        ({"chat_ids": ["x"] * 1001}, 400, "too_many_chats"),
        ({"chat_ids": ["x"], "format": "exe"}, 400, "invalid_request"),
        ({"chat_ids": "x"}, 400, "invalid_request"),
    ):
        answer = await api.post("/api/exports", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await api.post("/api/exports", json={"chat_ids": []})).status_code == 401
