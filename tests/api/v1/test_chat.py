"""Chat completions, asked by the official SDK, over providers written by others and our own."""

from __future__ import annotations

import asyncio
import json

import httpx
import openai
import pytest
from gateway import key_of, plain_sdk, sdk
from ledger import PRICED, entries, script, set_budget
from raw_server import chunk, raw_server, refusing, saying, whole

from ioverse_app.api.v1 import streaming
from ioverse_app.providers import registry
from ioverse_app.providers.anthropic import Anthropic
from ioverse_app.providers.errors import KeyRefused
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.tables import EntryStatus

HELLO = [{"role": "user", "content": "Hello"}]
TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
DONE = "[DONE]"


def use(raw, **values):
    registry.use(OpenAIChat(raw.url, "sk-key", **values))


async def read(stream):
    chunks = [each async for each in stream]
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    return chunks, text


async def test_models_are_listed_and_found(client, aimock):
    registry.use(OpenAIChat(aimock.url, "sk"))
    listed = await client.models.list()
    assert listed.data
    first = listed.data[0]
    assert first.id.startswith("compatible/")
    assert (await client.models.retrieve(first.id)).id == first.id
    assert (await client.models.retrieve(first.id.partition("/")[2])).id == first.id
    with pytest.raises(openai.NotFoundError) as refused:
        await client.models.retrieve("nothing/like/this")
    assert refused.value.code == "model_not_found"


async def test_a_whole_answer_and_a_streamed_one_from_aimock(client, aimock):
    registry.use(OpenAIChat(aimock.url, "sk"))
    asked = {
        "model": "compatible/gpt-4o",
        "messages": [{"role": "user", "content": "count tokens"}],
    }
    answer = await client.chat.completions.create(**asked)
    assert answer.choices[0].message.content == "Counted."
    assert answer.model == "compatible/gpt-4o"
    assert answer.usage.total_tokens == 18
    chunks, text = await read(await client.chat.completions.create(**asked, stream=True))
    assert text == "Counted."
    assert {c.model for c in chunks} == {"compatible/gpt-4o"}
    assert len({c.id for c in chunks}) == 1
    assert not any(c.usage for c in chunks), "it was not asked for"
    options = {"include_usage": True}
    counted = await client.chat.completions.create(**asked, stream=True, stream_options=options)
    chunks, _ = await read(counted)
    assert chunks[-1].usage.completion_tokens == 7
    assert chunks[-1].choices == []
    sent = aimock.journal()[-1]["body"]
    assert sent["model"] == "gpt-4o"


async def test_who_waits_is_answered_as_well(url, key, aimock):
    registry.use(OpenAIChat(aimock.url, "sk"))

    def ask():
        with plain_sdk(url, key) as client:
            asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": "count tokens"}]}
            asked["model"] = "compatible/gpt-4o"
            told = client.chat.completions.create(**asked).choices[0].message.content
            stream = client.chat.completions.create(**asked, stream=True)
            return told, "".join(c.choices[0].delta.content or "" for c in stream)

    assert await asyncio.to_thread(ask) == ("Counted.", "Counted.")


async def test_all_that_is_asked_is_passed_on(client):
    async with raw_server(saying(chunk("Hi", "stop"), DONE)) as raw:
        use(raw)
        await client.chat.completions.create(
            model="compatible/any",
            messages=[
                {"role": "system", "content": "Be brief"},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                    ],
                },
            ],
            temperature=0.5,
            top_p=0.9,
            n=1,
            stop=["END"],
            seed=7,
            logprobs=True,
            top_logprobs=2,
            logit_bias={"5": -100},
            presence_penalty=0.1,
            max_completion_tokens=50,
            tools=[TOOL],
            tool_choice={"type": "function", "function": {"name": "weather"}},
            parallel_tool_calls=False,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": {"type": "object"}},
            },
            user="u1",
            extra_body={"top_k": 40},
        )
        sent = raw.asked[0].body
    assert (sent["model"], sent["max_tokens"], sent["top_k"]) == ("any", 50, 40)
    assert sent["messages"][1]["content"][1]["image_url"]["url"].startswith("data:image/png")
    assert sent["tool_choice"]["function"]["name"] == "weather"
    assert sent["stream_options"] == {"include_usage": True}
    for name in ("logprobs", "logit_bias", "seed", "stop", "response_format", "user"):
        assert name in sent, name


async def test_what_a_provider_does_not_take_is_refused_by_name(client):
    async with raw_server(saying(chunk("Hi", "stop"), DONE)) as raw:
        use(raw, unsent=("seed",))
        with pytest.raises(openai.BadRequestError) as refused:
            await client.chat.completions.create(model="compatible/x", messages=HELLO, seed=1)
        assert (refused.value.param, refused.value.code) == ("seed", "unsupported_parameter")
        assert not raw.asked


async def test_tools_logprobs_and_several_choices_come_back_whole(client):
    def call(index, **function):
        return {"tool_calls": [{"index": index, **function}]}

    logprob = {"token": "a", "logprob": -0.1, "bytes": None, "top_logprobs": []}
    first = chunk("Let me ")
    first["choices"][0]["logprobs"] = {"content": [logprob], "refusal": None}
    steps = (
        first,
        chunk("see", None),
        chunk(None, None, **call(0, id="c1", function={"name": "weather", "arguments": '{"a"'})),
        chunk(None, None, **call(0, function={"arguments": ":1}"})),
        chunk(None, None, **call(1, id="c2", function={"name": "time", "arguments": "{}"})),
        chunk(None, "stop"),
        {"choices": [{"index": 1, "delta": {"content": "Other"}, "finish_reason": "length"}]},
        {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 6}},
        DONE,
    )
    async with raw_server(saying(*steps)) as raw:
        use(raw)
        asked = {"model": "compatible/x", "messages": HELLO, "n": 2, "tools": [TOOL]}
        answer = await client.chat.completions.create(**asked)
        one, two = answer.choices
        assert one.message.content == "Let me see"
        assert [c.function.name for c in one.message.tool_calls] == ["weather", "time"]
        assert json.loads(one.message.tool_calls[0].function.arguments) == {"a": 1}
        assert one.finish_reason == "tool_calls", "some servers say stop"
        assert one.logprobs.content[0].token == "a"
        assert (two.message.content, two.finish_reason) == ("Other", "length")
        assert answer.usage.total_tokens == 11
        chunks, _ = await read(await client.chat.completions.create(**asked, stream=True))
        assert len(chunks) == 7


async def test_a_careless_server_still_makes_a_valid_answer(client):
    """No ids, thoughts in a list, an unknown end, the whole in one piece."""
    mistral = [{"type": "thinking", "thinking": [{"text": "Hm"}]}, {"type": "text", "text": "Yes"}]
    message = {"message": {"content": mistral}, "finish_reason": "eos"}
    body = json.dumps({"choices": [message], "service_tier": "on_demand"}).encode()
    async with raw_server(whole(body, kind="application/json")) as raw:
        use(raw)
        answer = await client.chat.completions.create(model="compatible/x", messages=HELLO)
        assert answer.choices[0].message.content == "Yes"
        assert answer.choices[0].message.reasoning_content == "Hm"
        assert answer.choices[0].finish_reason == "stop"


ANSWER = (
    {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking"}},
    {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm"}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Looking"}},
    {
        "type": "content_block_start",
        "content_block": {"type": "tool_use", "id": "t1", "name": "weather", "input": {}},
    },
    {
        "type": "content_block_delta",
        "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'},
    },
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 4}},
    {"type": "message_stop"},
)


async def test_anthropic_speaks_the_same_words(client):
    async with raw_server(saying(*ANSWER)) as raw:
        registry.use(Anthropic("sk-ant", base_url=raw.url))
        asked = {
            "model": "anthropic/claude-sonnet-5-5",
            "messages": [
                {"role": "system", "content": "Be brief"},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "And?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "t0",
                            "type": "function",
                            "function": {"name": "weather", "arguments": "{}"},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "t0", "content": "Rain"},
            ],
            "tools": [TOOL],
            "tool_choice": "required",
            "parallel_tool_calls": False,
            "stop": "END",
            "max_tokens": 90,
            "temperature": 1,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": {"type": "object"}},
            },
        }
        answer = await client.chat.completions.create(**asked)
        message = answer.choices[0].message
        assert (message.content, message.reasoning_content) == ("Looking", "Hm")
        assert message.tool_calls[0].function.arguments == '{"a":1}'
        assert answer.choices[0].finish_reason == "tool_calls"
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (9, 4)
        sent = raw.asked[0].body
        assert sent["system"] == "Be brief"
        assert [turn["role"] for turn in sent["messages"]] == ["user", "assistant", "user"]
        assert sent["messages"][0]["content"][1]["source"]["media_type"] == "image/png"
        assert sent["messages"][2]["content"][0]["tool_use_id"] == "t0"
        assert sent["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
        assert (sent["stop_sequences"], sent["max_tokens"]) == (["END"], 90)
        assert sent["output_config"]["format"]["schema"] == {"type": "object"}
        assert "temperature" not in sent
        for name, value in (("seed", 1), ("n", 2), ("logprobs", True), ("moon", 1)):
            with pytest.raises(openai.BadRequestError) as refused:
                await client.chat.completions.create(**asked, extra_body={name: value})
            assert refused.value.param == name
        chunks, text = await read(await client.chat.completions.create(**asked, stream=True))
        assert text == "Looking"
        assert chunks[-1].choices[0].finish_reason == "tool_calls"


async def test_the_ledger_and_the_budget_count_it_once(client, ann, key):
    script(ReasoningDelta("Hm"), TextDelta("Hi"), Usage(1000, 100), Finished("stop"))
    answer = await client.chat.completions.create(model=PRICED, messages=HELLO)
    assert answer.choices[0].message.content == "Hi"
    (entry,) = await entries()
    assert (entry.status, entry.kind, entry.cost) == (EntryStatus.SETTLED, "api", 150)
    assert entry.api_key_id
    assert not entry.estimated
    await set_budget(scope="user", scope_id=ann.id, hard_cost=10)
    with pytest.raises(openai.RateLimitError) as refused:
        await client.chat.completions.create(model=PRICED, messages=HELLO)
    assert refused.value.code == "insufficient_quota"
    assert refused.value.response.headers["x-should-retry"] == "false"
    assert int(refused.value.response.headers["retry-after"]) > 0


@pytest.mark.parametrize("stream", [True, False])
async def test_who_hangs_up_ends_the_request_and_pays_what_was_said(url, key, stream):
    said, left = asyncio.Event(), asyncio.Event()

    async def endless(talk):
        await talk.start()
        await talk.say(chunk("Some words that were said"))
        said.set()
        await talk.gone()
        left.set()

    async with raw_server(endless) as raw:
        use(raw)
        headers = {"Authorization": f"Bearer {key}"}
        body = {"model": "compatible/x", "messages": HELLO, "stream": stream}
        async with httpx.AsyncClient(timeout=60) as program:
            post = program.post(f"{url}/chat/completions", json=body, headers=headers)
            asking = asyncio.create_task(post)
            await asyncio.wait_for(said.wait(), 30)
            await asyncio.sleep(0.1)
            asking.cancel()
            await asyncio.wait({asking})
        await asyncio.wait_for(left.wait(), 5)
        for _ in range(100):
            if (found := await entries()) and found[0].status != EntryStatus.RESERVED:
                break
            await asyncio.sleep(0.02)
        assert found[0].status == EntryStatus.SETTLED
        assert found[0].completion_tokens > 3


async def test_a_failure_has_its_status_before_the_first_word_and_an_event_after(client):
    refusal = {"error": {"message": "Too hot", "code": "bad_heat", "param": "temperature"}}
    async with raw_server(refusing(400, refusal)) as raw:
        use(raw)
        for stream in (True, False):
            with pytest.raises(openai.BadRequestError) as refused:
                await client.chat.completions.create(
                    model="compatible/x", messages=HELLO, stream=stream
                )
            assert (refused.value.code, refused.value.param) == ("bad_heat", "temperature")
            assert refused.value.body["message"] == "Too hot"

    async def cut(talk):
        await talk.start()
        await talk.say(chunk("Half"))
        await asyncio.sleep(0.05)
        await talk.hang_up()

    async with raw_server(cut) as raw:
        use(raw)
        said = []
        with pytest.raises(openai.APIError) as failed:
            async for each in await client.chat.completions.create(
                model="compatible/x", messages=HELLO, stream=True
            ):
                said.append(each.choices[0].delta.content)
        assert said == ["Half"]
        assert failed.value.code == "cut_short"
    for status, kind in ((401, openai.InternalServerError), (429, openai.RateLimitError)):
        async with raw_server(refusing(status, {"error": {"message": "No"}})) as raw:
            use(raw)
            with pytest.raises(kind):
                await client.chat.completions.create(model="compatible/x", messages=HELLO)


async def test_embeddings_and_moderations_where_a_provider_has_them(client, aimock, ann):
    registry.use(OpenAIChat(aimock.url, "sk"))
    for name in ("compatible/text-embedding-3-small", "text-embedding-3-small"):
        made = await client.embeddings.create(model=name, input=["One", "Two"])
        assert len(made.data) == 2
        assert isinstance(made.data[0].embedding[0], float)
        assert made.model == name
    judged = await client.moderations.create(input="I am kind")
    assert judged.results
    assert {e.kind for e in await entries()} == {"embedding", "moderation"}
    script(TextDelta("Hi"), Finished("stop"))
    with pytest.raises(openai.BadRequestError):
        await client.embeddings.create(model=PRICED, input="One")


async def test_a_plain_name_that_two_have_is_asked_back(client, aimock):
    registry.use(OpenAIChat(aimock.url, "a", name="one"), OpenAIChat(aimock.url, "b", name="two"))
    plain = (await client.models.list()).data[0].id.partition("/")[2]
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model=plain, messages=HELLO)
    assert f"one/{plain}" in refused.value.message
    assert f"two/{plain}" in refused.value.message
    answer = await client.chat.completions.create(model=f"two/{plain}", messages=HELLO)
    assert answer.choices


async def test_scopes_decide_what_a_key_may_do(url, ann):
    script(TextDelta("Hi"), Finished("stop"))
    async with sdk(url, await key_of(ann, "read")) as reader:
        assert (await reader.models.list()).data
        with pytest.raises(openai.PermissionDeniedError) as refused:
            await reader.chat.completions.create(model=PRICED, messages=HELLO)
        assert refused.value.code == "scope_missing"


async def test_nothing_that_was_asked_or_said_is_in_the_log(client, caplog):
    caplog.set_level("DEBUG", "ioverse")
    caplog.set_level("DEBUG", "ioverse_app")
    refusal = {"error": {"message": "About the quetzal"}}
    async with raw_server(
        saying(chunk("A quetzal", "stop"), DONE), refusing(400, refusal), refusing(401, refusal)
    ) as raw:
        use(raw)
        asked = {"model": "compatible/x", "messages": [{"role": "user", "content": "quetzal"}]}
        await client.chat.completions.create(**asked)
        for _ in range(2):
            with pytest.raises(openai.APIError):
                await client.chat.completions.create(**asked)
    assert "/v1/chat/completions" in caplog.text
    ours = "".join(r.getMessage() for r in caplog.records if r.name.startswith("ioverse"))
    assert "quetzal" not in ours
    assert all(r.exc_info is None for r in caplog.records if r.name.startswith("ioverse"))


async def test_limits_are_told_in_both_words(url, key, configure):
    configure(rate_limits="on", rate_chat=1)
    script(TextDelta("Hi"), Finished("stop"))
    async with sdk(url, key) as client:
        raw = client.chat.completions.with_raw_response
        first = await raw.create(model=PRICED, messages=HELLO)
        assert first.headers["x-ratelimit-limit-requests"] == "1"
        assert first.headers["x-ratelimit-remaining-requests"] == "0"
        assert first.headers["x-request-id"]
        with pytest.raises(openai.RateLimitError) as refused:
            await raw.create(model=PRICED, messages=HELLO)
        assert refused.value.code == "rate_limit_exceeded"
        assert int(refused.value.response.headers["retry-after"]) > 0


async def test_a_busy_provider_says_when_to_come_back(client, llmock):
    registry.use(OpenAIChat(f"{llmock.base_url()}", "sk"))
    llmock.fail(429, times=None)
    with pytest.raises(openai.RateLimitError) as refused:
        await client.chat.completions.create(model="compatible/gpt-4o", messages=HELLO)
    assert refused.value.code in ("rate_limit_exceeded", "insufficient_quota")


async def test_words_of_llmock_arrive_whole(client, llmock):
    llmock.reply("Some words of llmock.")
    registry.use(OpenAIChat(llmock.base_url(), "sk"))
    asked = {"model": "compatible/gpt-4o", "messages": HELLO}
    _, text = await read(await client.chat.completions.create(**asked, stream=True))
    assert text == "Some words of llmock."
    assert (await client.responses.create(model="compatible/gpt-4o", input="x")).output_text


async def test_a_slow_beginning_is_bridged_by_comments(client, url, key, monkeypatch):
    monkeypatch.setattr(streaming, "PATIENCE", 0.1)
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.1)
    script(0.6, TextDelta("Late"), Finished("stop"))
    body = {"model": PRICED, "messages": HELLO, "stream": True}
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=60) as program:
        answer = await program.post(f"{url}/chat/completions", json=body, headers=headers)
    assert answer.text.startswith(": still here\n\n")
    assert answer.text.endswith("data: [DONE]\n\n")
    _, text = await read(await client.chat.completions.create(**body))
    assert text == "Late"
    script(0.3, KeyRefused("The provider refused the key."))
    with pytest.raises(openai.APIError) as failed:
        await read(await client.chat.completions.create(**body))
    assert failed.value.code == "key_refused"
