"""Responses: every event and object as the SDK and the open specification want them."""

from __future__ import annotations

import asyncio
from typing import Union

import openai
import openresponses_types as spec
import pytest
from gateway import key_of, plain_sdk, sdk
from ledger import PRICED, entries, script
from pydantic import TypeAdapter
from raw_server import chunk, completed, raw_server, saying

from ioverse_app.providers import registry
from ioverse_app.providers.anthropic import Anthropic
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses
from ioverse_app.services.gateway.responses import stored
from ioverse_app.tables import EntryStatus

EVENTS = TypeAdapter(
    Union[  # noqa: UP007 there are many
        tuple(kind for name, kind in vars(spec).items() if name.endswith("StreamingEvent"))
    ]
)
MODEL = "compatible/x"
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}
CALL = {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "weather", "arguments": ""}}]}
MORE = {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":1}'}}]}
STEPS = (
    chunk(None, None, reasoning_content="Hm"),
    chunk("Look"),
    chunk("ing"),
    chunk(None, None, **CALL),
    chunk(None, None, **MORE),
    chunk(None, "tool_calls"),
    {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 6}},
    "[DONE]",
)


def accepted(events):
    """Both specifications take every event; the events. They are numbered without a gap."""
    for event in events:
        EVENTS.validate_python(event.to_dict(mode="json"))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    return events


def taken(response):
    """The open specification takes the object; the response."""
    spec.ResponseResource.model_validate(response.to_dict(mode="json"))
    return response


def use(raw):
    registry.use(OpenAIChat(raw.url, "sk"))


async def test_every_event_of_thoughts_words_and_calls(client):
    async with raw_server(saying(*STEPS)) as raw:
        use(raw)
        asked = {"model": MODEL, "input": "Hello", "tools": [TOOL], "instructions": "Be brief"}
        events = accepted([e async for e in await client.responses.create(**asked, stream=True)])
        assert [event.type.removeprefix("response.") for event in events] == [
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
        last = taken(events[-1].response)
        assert last.output_text == "Looking"
        assert last.usage.total_tokens == 11
        assert [item.type for item in last.output] == ["reasoning", "message", "function_call"]
        whole = taken(await client.responses.create(**asked))
        assert (whole.output_text, whole.status) == ("Looking", "completed")
        sent = raw.asked[0].body
        assert sent["messages"][0] == {"role": "system", "content": "Be brief"}
        assert sent["tools"][0]["function"]["name"] == "weather"
        async with client.responses.stream(**asked) as stream:
            assert (await stream.get_final_response()).output_text == "Looking"


async def test_one_goes_on_from_another_with_all_that_was(client):
    async with raw_server(saying(*STEPS), saying(chunk("Rain.", "stop"), "[DONE]")) as raw:
        use(raw)
        picture = {
            "type": "input_image",
            "image_url": "data:image/png;base64,AA==",
            "detail": "low",
        }
        words = [{"type": "input_text", "text": "And?"}, picture]
        first = await client.responses.create(
            model=MODEL,
            input=[{"role": "user", "content": words}],
            tools=[TOOL],
            metadata={"a": "b"},
        )
        call = first.output[-1]
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "Rain"}
        second = taken(
            await client.responses.create(
                model=MODEL, input=[output], previous_response_id=first.id
            )
        )
        assert second.output_text == "Rain."
        assert [m["role"] for m in raw.asked[1].body["messages"]] == ["user", "assistant", "tool"]
        said = raw.asked[1].body["messages"][1]
        assert (said["content"], said["tool_calls"][0]["id"]) == ("Looking", "c1")
        assert raw.asked[1].body["messages"][0]["content"][1]["type"] == "image_url"
    again = taken(await client.responses.retrieve(first.id))
    assert (again.output_text, again.metadata) == ("Looking", {"a": "b"})
    items = await client.responses.input_items.list(second.id)
    assert items.data[0].output == "Rain"
    await client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(first.id)
    with pytest.raises(openai.NotFoundError):
        await client.responses.create(model=MODEL, input="x", previous_response_id=second.id)


async def test_openais_own_events_are_passed_on_under_our_ids(client):
    item = {"type": "message", "id": "m1", "role": "assistant", "status": "completed"}
    part = {"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}
    place = {"item_id": "m1", "output_index": 0, "content_index": 0}
    delta = {"type": "response.output_text.delta", **place, "delta": "Hi", "logprobs": []}
    done = {"type": "response.output_item.done", "output_index": 0}
    details = {"cached_tokens": 1, "cache_write_tokens": 0}
    usage = {
        "input_tokens": 3,
        "output_tokens": 5,
        "total_tokens": 8,
        "input_tokens_details": details,
        "output_tokens_details": {"reasoning_tokens": 2},
    }
    theirs = (
        {"type": "response.created", "response": {"id": "theirs"}},
        {**delta, "sequence_number": 77},
        {**done, "item": {**item, "content": [part]}},
        completed(usage=usage),
    )
    async with raw_server(saying(*theirs)) as raw:
        registry.use(OpenAIResponses("sk", base_url=raw.url))
        asked = {"model": PRICED, "input": "Hello", "reasoning": {"effort": "low"}}
        events = accepted([e async for e in await client.responses.create(**asked, stream=True)])
        assert [e.type for e in events][:3] == [
            "response.created",
            "response.in_progress",
            "response.output_text.delta",
        ]
        last = taken(events[-1].response)
        assert last.id.startswith("resp_")
        assert (last.model, last.output_text, last.usage.total_tokens) == (PRICED, "Hi", 8)
        sent = raw.asked[0].body
        assert (sent["store"], sent["model"]) == (False, "gpt-6-luna")
        assert sent["reasoning"] == {"effort": "low"}
        assert "reasoning.encrypted_content" in sent["include"]
        await client.responses.create(model=PRICED, input="Go on", previous_response_id=last.id)
        assert [i["role"] for i in raw.asked[1].body["input"]] == ["user", "assistant", "user"]
        assert not any("id" in i for i in raw.asked[1].body["input"])
    first, _ = await entries()
    assert (first.cached_tokens, first.reasoning_tokens) == (1, 2)


async def test_anthropic_answers_responses_as_well(client):
    steps = (
        {"type": "message_start", "message": {"usage": {"input_tokens": 9}}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hello"}},
        {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}},
        {"type": "message_stop"},
    )
    async with raw_server(saying(*steps)) as raw:
        registry.use(Anthropic("sk", base_url=raw.url))
        asked = {"model": "anthropic/claude-sonnet-5-5", "input": "Hello", "max_output_tokens": 9}
        answer = taken(await client.responses.create(**asked))
        assert (answer.output_text, answer.status) == ("Hello", "incomplete")
        assert answer.incomplete_details.reason == "max_output_tokens"
        assert raw.asked[0].body["max_tokens"] == 9
        with pytest.raises(openai.BadRequestError) as refused:
            await client.responses.create(**asked, truncation="auto")
        assert refused.value.param == "truncation"


async def test_what_is_not_stored_cannot_be_found(client):
    script(TextDelta("Hi"), Finished("stop"))
    answer = taken(await client.responses.create(model=PRICED, input="Hello", store=False))
    assert answer.output_text == "Hi"
    for ask in (
        client.responses.retrieve(answer.id),
        client.responses.delete(answer.id),
        client.responses.cancel("resp_x"),
        client.responses.retrieve("../nothing"),
    ):
        with pytest.raises(openai.NotFoundError):
            await ask


async def test_it_is_invisible_to_everyone_else(client, url, bob):
    script(TextDelta("Hi"), Finished("stop"))
    mine = await client.responses.create(model=PRICED, input="Hello")
    async with sdk(url, await key_of(bob)) as theirs:
        for ask in (
            theirs.responses.retrieve(mine.id),
            theirs.responses.delete(mine.id),
            theirs.responses.cancel(mine.id),
            theirs.responses.create(model=PRICED, input="x", previous_response_id=mine.id),
        ):
            with pytest.raises(openai.NotFoundError):
                await ask
        with pytest.raises(openai.NotFoundError):
            await theirs.responses.input_items.list(mine.id)
    assert (await client.responses.retrieve(mine.id)).id == mine.id


async def test_the_background_goes_on_alone_and_is_followed_from_anywhere(client):
    script(
        ReasoningDelta("Hm"),
        TextDelta("One "),
        0.3,
        TextDelta("two"),
        Usage(9, 2),
        Finished("stop"),
    )
    queued = taken(await client.responses.create(model=PRICED, input="Count", background=True))
    assert queued.status == "queued"
    followed = await client.responses.retrieve(queued.id, stream=True)
    events = accepted([event async for event in followed])
    assert [e.type for e in events[:3]] == [
        "response.created",
        "response.queued",
        "response.in_progress",
    ]
    assert taken(events[-1].response).output_text == "One two"
    rest = await client.responses.retrieve(queued.id, stream=True, starting_after=4)
    assert [e.sequence_number async for e in rest] == list(range(5, len(events)))
    done = taken(await client.responses.retrieve(queued.id))
    assert (done.status, done.output_text) == ("completed", "One two")
    stream = await client.responses.create(model=PRICED, input="x", background=True, stream=True)
    first = await anext(aiter(stream))
    await stream.close()
    for _ in range(200):
        if (now := await client.responses.retrieve(first.response.id)).status == "completed":
            break
        await asyncio.sleep(0.02)
    assert now.output_text == "One two", "whoever leaves does not stop it"


async def test_the_background_is_stopped(client):
    provider = script(TextDelta("One "), 30.0, Finished("stop"))
    queued = await client.responses.create(model=PRICED, input="Count", background=True)
    while (await client.responses.retrieve(queued.id)).status == "queued":  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    stopped = taken(await client.responses.cancel(queued.id))
    assert (stopped.status, provider.closed) == ("cancelled", 1)
    assert (await client.responses.retrieve(queued.id)).status == "cancelled"
    (entry,) = await entries()
    assert entry.status == EntryStatus.SETTLED
    script(TextDelta("Hi"), Finished("stop"))
    plain = await client.responses.create(model=PRICED, input="Hello")
    with pytest.raises(openai.BadRequestError):
        await client.responses.cancel(plain.id)


async def test_what_breaks_in_the_middle_is_an_event(client):
    async def cut(talk):
        await talk.start()
        await talk.say(chunk("Half"))
        await asyncio.sleep(0.05)
        await talk.hang_up()

    async with raw_server(cut) as raw:
        use(raw)
        stream = await client.responses.create(model=MODEL, input="Hello", stream=True)
        events = accepted([event async for event in stream])
        assert events[-1].type == "response.failed"
        assert events[-1].response.error.code == "server_error"
        again = await client.responses.retrieve(events[-1].response.id)
        assert again.status == "failed"


async def test_what_cannot_be_done_is_refused_by_name(client):
    script(TextDelta("Hi"), Finished("stop"))
    for name, value in {
        "tools": [{"type": "web_search"}],
        "conversation": "conv_1",
        "prompt": {"id": "x"},
        "include": ["file_search_call.results"],
        "max_tool_calls": 2,
        "moon": True,
    }.items():
        with pytest.raises(openai.BadRequestError) as refused:
            await client.responses.create(model=PRICED, input="x", extra_body={name: value})
        assert (refused.value.param or "").startswith(name), name
    assert await stored.purge() == 0


async def test_who_waits_has_responses_too(url, key):
    script(TextDelta("Hi"), Finished("stop"))

    def ask():
        with plain_sdk(url, key) as client:
            events = list(client.responses.create(model=PRICED, input="Hello", stream=True))
            return client.responses.retrieve(events[-1].response.id).output_text

    assert await asyncio.to_thread(ask) == "Hi"
