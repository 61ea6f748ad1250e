"""Exports over HTTP: a file with a name, for its owner only."""

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
