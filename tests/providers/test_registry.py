"""Which providers there are follows from the settings, and one that fails does not hide others."""

import asyncio
import json

import pytest
from asking import read, request
from raw_server import raw_server, refusing, whole

from ioverse_app.providers import registry
from ioverse_app.providers.embedded import Embedded
from ioverse_app.providers.errors import ModelNotFound
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses


def listing(*names):
    body = {"data": [{"id": name} for name in names]}
    return whole(json.dumps(body).encode(), 200, "application/json")


async def kinds():
    await registry.close()
    return [type(provider) for provider in registry.configured()]


async def test_the_settings_say_which_providers_there_are(configure):
    assert await kinds() == []
    configure(openai_api_key="sk-x")
    assert await kinds() == [OpenAIResponses]
    configure(openai_base_url="https://api.openai.com/v1")
    assert await kinds() == [OpenAIResponses]
    configure(openai_base_url="http://localhost:11434/v1")
    assert await kinds() == [OpenAIChat]
    configure(openai_api_key="", embedded_model="small")
    assert await kinds() == [OpenAIChat, Embedded]


async def test_a_compatible_server_answers_through_the_registry(configure, aimock):
    configure(openai_base_url=aimock.url)
    provider, profile = registry.find("compatible/gpt-4o")
    answer = await read(provider.stream(request(model=profile.model)))
    assert answer.text.startswith("Hello from aimock")


async def test_models_are_asked_for_once_and_remembered(configure):
    async with raw_server(listing("llama-3.3", "qwen3")) as server:
        configure(openai_base_url=server.url)
        found = await asyncio.gather(*(registry.available() for _ in range(5)))
        assert {m.ref for m in found[0].models} == {"compatible/llama-3.3", "compatible/qwen3"}
        assert await registry.available() == found[0]
        assert len(server.asked) == 1
        assert await registry.default() == "compatible/llama-3.3"


async def test_a_provider_that_fails_says_so_and_hides_no_other(configure):
    async with raw_server(refusing(401, {"error": {"message": "No"}})) as server:
        configure(openai_base_url=server.url, embedded_model="small")
        found = await registry.available()
    assert [m.provider for m in found.models] in (["embedded"], [])
    (problem,) = found.problems
    assert "refused the key" in problem


async def test_a_provider_that_does_not_answer_is_waited_for_five_seconds(configure, monkeypatch):
    monkeypatch.setattr(registry, "LIST_SECONDS", 0.3)

    async def silent(talk):
        await asyncio.sleep(30)

    async with raw_server(silent) as server:
        configure(openai_base_url=server.url)
        found = await asyncio.wait_for(registry.available(), 2)
    assert found.models == ()
    assert "in time" in found.problems[0]


@pytest.mark.parametrize("ref", ["openai/gpt-4o", "nobody/x", "compatible/", "plain", ""])
def test_a_model_whose_provider_is_gone_is_told(configure, ref):
    configure(openai_base_url="http://localhost:1/v1")
    with pytest.raises(ModelNotFound, match="not connected"):
        registry.find(ref)


async def test_nothing_connected_says_what_to_connect():
    with pytest.raises(ModelNotFound, match="OPENAI_API_KEY"):
        await registry.default()
