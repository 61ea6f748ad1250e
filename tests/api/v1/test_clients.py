"""Clients that others wrote connect with nothing but the address and a key."""

from __future__ import annotations

import asyncio

import pytest
from ledger import PRICED, script
from raw_server import chunk, raw_server, saying

from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.providers.openai_chat import OpenAIChat

ANSWER = (TextDelta("Hello "), TextDelta("there"), Usage(9, 2), Finished("stop"))


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch):
    monkeypatch.setenv("LLM_LOAD_PLUGINS", "")


async def test_llm(url, key):
    """llm, by Simon Willison: https://llm.datasette.io"""
    from llm.default_plugins.openai_models import Chat

    script(*ANSWER)

    def ask(stream):
        model = Chat(PRICED, model_name=PRICED, api_base=url, key=key)
        return model.prompt("Hello", stream=stream).text()

    assert await asyncio.to_thread(ask, True) == "Hello there"
    assert await asyncio.to_thread(ask, False) == "Hello there"


@pytest.mark.parametrize("form", ["chat", "responses"])
async def test_pydantic_ai(url, key, form):
    """Pydantic AI, with a tool that it runs: https://ai.pydantic.dev"""
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    call = {"name": "weather", "arguments": '{"place":"Oslo"}'}
    calling = {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": call}]}
    steps = (
        saying(chunk(None, None, **calling), chunk(None, "tool_calls"), "[DONE]"),
        saying(chunk("It rains "), chunk("in Oslo.", "stop"), "[DONE]"),
    )
    asked_for = []
    async with raw_server(*steps) as raw:
        registry.use(OpenAIChat(raw.url, "sk"))
        kind = OpenAIChatModel if form == "chat" else OpenAIResponsesModel
        provider = OpenAIProvider(base_url=url, api_key=key)
        agent = Agent(kind("compatible/x", provider=provider))

        @agent.tool_plain
        def weather(place: str) -> str:
            asked_for.append(place)
            return "Rain"

        assert (await agent.run("And the weather?")).output == "It rains in Oslo."
        assert asked_for == ["Oslo"]
        assert raw.asked[1].body["messages"][-1]["content"] == "Rain"
        async with agent.run_stream("Once more") as result:
            assert await result.get_output() == "It rains in Oslo."
