"""What nobody should send: a clear refusal in OpenAI's shape, and nothing breaks."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from gateway import key_of
from ledger import PRICED, entries, script
from sqlmodel import select

from ioverse_app import db
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.tables import ApiKey, now

PLACES = ("chat/completions", "responses", "embeddings", "moderations")
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
async def program(url, key):
    script(TextDelta("Hi"), Finished("stop"))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as program:
        yield program


def refused(answer, *statuses):
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["message"], str)
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"]
    return error


@pytest.mark.parametrize("place", PLACES)
async def test_bodies_that_cannot_be_read(program, place):
    deep = b'{"model":' + b"[" * 90 + b"]" * 90 + b"}"
    bottomless = b'{"model":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for body in (
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"model":"\xff"}',
        b'{"model":"\\ud800"}',
        b'{"temperature":NaN}',
        b'{"temperature":1e999}',
        b'{"n":' + b"9" * 5000 + b"}",
        deep,
        bottomless,
    ):
        error = refused(await program.post(place, content=body), 400)
        assert error["code"] == "invalid_json", body[:30]


WRONG = (
    {"messages": "x"},
    {"messages": []},
    {"messages": [1]},
    {"messages": [{"role": "moon", "content": "x"}]},
    {"messages": [{"role": "user"}]},
    {"messages": [{"role": "user", "content": 5}]},
    {"messages": [{"role": "user", "content": [5]}]},
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}]},
    {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
    {"model": 5},
    {"model": None},
    {"model": "x" * 9000},
    {"model": "\x00/x"},
    {"model": "nobody/knows"},
    {"temperature": "warm"},
    {"temperature": 9},
    {"n": 0},
    {"n": True},
    {"n": 10**30},
    {"max_tokens": -1},
    {"stream": "yes"},
    {"stream_options": []},
    {"tools": {}},
    {"tools": [{"type": "function"}]},
    {"stop": [5]},
    {"metadata": {"a": 5}},
    {"modalities": ["audio"]},
)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_chats_of_the_wrong_types(program, wrong):
    refused(
        await program.post("chat/completions", json={"model": PRICED, "messages": HELLO, **wrong}),
        400,
        404,
    )
    assert await entries() == []


WRONG_RESPONSES = (
    {"input": 5},
    {"input": []},
    {"input": [5]},
    {"input": [{"type": "moon"}]},
    {"input": [{"role": "user"}]},
    {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "x"}]}]},
    {"input": [{"type": "function_call_output", "call_id": "x"}]},
    {"input": [{"type": "item_reference", "id": "x"}]},
    {"instructions": 5},
    {"text": []},
    {"text": {"format": "x"}},
    {"text": {"format": {"type": 5}}},
    {"reasoning": "high"},
    {"include": "x"},
    {"store": 1},
    {"background": True, "store": False},
    {"previous_response_id": "resp_" + "0" * 32},
    {"previous_response_id": "\x00"},
    {"max_output_tokens": 0},
    {"metadata": {"a": "b" * 600}},
    {"tools": [{"type": "function"}]},
    {"tool_choice": 5},
)


@pytest.mark.parametrize("wrong", WRONG_RESPONSES, ids=str)
async def test_responses_of_the_wrong_types(program, wrong):
    body = {"model": PRICED, "input": "Hello", **wrong}
    refused(await program.post("responses", json=body), 400, 404)
    assert await entries() == []


async def test_keys_that_open_nothing(url, ann, key):
    async def changed(**values):
        secret = await key_of(ann)
        async with db.transaction() as session:
            row = (await session.exec(select(ApiKey).where(ApiKey.last4 == secret[-4:]))).one()
            for name, value in values.items():
                setattr(row, name, value)
        return secret

    over = now() - timedelta(days=1)
    bad = [
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bearer iov_nothing"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic x"},
        {"Authorization": f"Bearer {await changed(expires_at=over)}"},
        {"Authorization": f"Bearer {await changed(revoked_at=over)}"},
    ]
    async with httpx.AsyncClient(base_url=url, timeout=60) as program:
        for headers in bad:
            for place in PLACES:
                error = refused(await program.post(place, json={}, headers=headers), 401)
                assert error["code"] == "invalid_api_key"
            refused(await program.get("models", headers=headers), 401)
            refused(await program.get("responses/resp_x", headers=headers), 401)


async def test_addresses_that_lead_nowhere_and_bodies_that_are_too_large(program, configure):
    for method, path in (("GET", "moon"), ("POST", "models"), ("PATCH", "x/y"), ("GET", "")):
        assert refused(await program.request(method, path), 404)["code"] == "unknown_url"
    refused(await program.get("responses/x/input_items", params={"limit": "x"}), 400)
    refused(await program.get("responses/x/input_items", params={"limit": 0}), 400)
    configure(request_max_mb=0.01)
    body = json.dumps({"model": PRICED, "messages": [{"role": "user", "content": "x" * 20_000}]})
    refused(await program.post("chat/completions", content=body), 413)

    async def in_parts():
        for _ in range(20):
            yield b" " * 1000

    refused(await program.post("chat/completions", content=in_parts()), 413)
