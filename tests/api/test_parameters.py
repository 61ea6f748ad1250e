"""The parameters of a chat, as programs set and read them."""

from __future__ import annotations

import json

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
    assert sent.status_code == 200, sent.text
    chat = {"chat_id": sent.json()["chat_id"]}
    await api.get("/api/chats/stream", params=chat, headers=headers)
    return sent.json()


async def test_a_message_brings_the_parameters_of_its_chat(api, ann, provider):
    headers = await signed_in(ann)
    sent = await send(
        api,
        headers,
        parameters={
            "output_length": 512,
            "temperature": 0.6,
            "top_p": 0.95,
            "repetition_penalty": 1.05,
        },
    )
    assert provider.requests[0].parameters == {
        "max_output_tokens": 512,
        "temperature": 0.6,
        "top_p": 0.95,
    }, "what this model does not take is not sent"
    path = f"/api/chats/{sent['chat_id']}/parameters"
    read = (await api.get(path, headers=headers)).json()
    assert (read["chat_id"], read["model"]) == (sent["chat_id"], "scripted/parrot")
    assert read["parameters"]["repetition_penalty"] == 1.05, "but kept for one that does"
    offered = {one["name"]: one for one in read["offered"]}
    assert "repetition_penalty" not in offered
    assert (offered["temperature"]["minimum"], offered["temperature"]["maximum"]) == (0, 2)

    changed = await api.patch(path, json={"temperature": None, "seed": 4}, headers=headers)
    assert changed.json()["parameters"] == {
        "max_output_tokens": 512,
        "top_p": 0.95,
        "repetition_penalty": 1.05,
        "seed": 4,
    }
    await send(api, headers, chat_id=sent["chat_id"])
    assert provider.requests[1].parameters == {
        "max_output_tokens": 512,
        "top_p": 0.95,
        "seed": 4,
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"temperature": 3}, "Temperature is a number from 0 to 2."),
        ({"output_length": "long"}, "Output length is a whole number from 1"),
        ({"speed": 1}, "There is no parameter “speed”."),
        ({"\ud800": 1}, "There is no parameter"),
        ({"stop": {"a": 1}}, "Stop sequences are texts"),
        ({"reasoning_effort": ["high"]}, "Reasoning effort is one of"),
        ({"seed": 10**400}, "Seed is a whole number"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(api, ann, provider, changes, sentence):
    headers = await signed_in(ann) | {"Content-Type": "application/json"}
    path = f"/api/chats/{(await send(api, headers))['chat_id']}/parameters"
    body = json.dumps({"message": "Hi", "parameters": changes})
    refusals = [
        await api.patch(path, content=json.dumps(changes), headers=headers),
        await api.post("/api/chats", content=body, headers=headers),
    ]
    for refused in refusals:
        assert (refused.status_code, refused.json()["code"]) == (400, "parameter_invalid")
        assert refused.json()["message"].startswith(sentence)
    assert len(provider.requests) == 1


async def test_they_are_nobody_elses(api, ann, bob):
    chat = (await send(api, await signed_in(ann), parameters={"seed": 1}))["chat_id"]
    headers = await signed_in(bob)
    path = f"/api/chats/{chat}/parameters"
    for answer in (
        await api.get(path, headers=headers),
        await api.patch(path, json={"seed": 2}, headers=headers),
        await api.post(
            "/api/chats",
            json={"message": "Hi", "chat_id": chat, "parameters": {"seed": 2}},
            headers=headers,
        ),
    ):
        assert answer.status_code == 404
    assert (await api.get(path)).status_code == 401
    read = await api.get(path, headers=await signed_in(ann))
    assert read.json()["parameters"] == {"seed": 1}
