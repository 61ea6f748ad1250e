"""Chat Completions, as OpenAI describes it and as other servers speak it."""

import asyncio
import json

import pytest
from asking import ask, request
from raw_server import chunk, raw_server, refusing, saying, whole

from ioverse_app.providers.errors import CutShort, KeyRefused, NoCredit, ProviderDown, Refused
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.openai_chat import OpenAIChat

USAGE = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}


def local(url, **options):
    return OpenAIChat(url, **options)


async def test_an_answer_of_aimock_arrives_whole_with_its_count(aimock):
    answer = await ask(OpenAIChat(aimock.url, "key"))
    assert answer.text == "Hello from aimock. This is **markdown** with `code`."
    assert answer.usage is not None
    assert answer.events[-1] == Finished("stop")
    counted = await ask(OpenAIChat(aimock.url, "key"), "count tokens")
    assert counted.events[-2:] == [Usage(11, 7), Finished("stop")]


async def test_what_the_model_thought_comes_apart_from_what_it_said(aimock):
    answer = await ask(OpenAIChat(aimock.url, "key"), "think first")
    assert answer.reasoning == "Let me see. It is a greeting."
    assert answer.text == "Hello after a thought."


@pytest.mark.parametrize(
    ("text", "reason"), [("too long to finish", "length"), ("forbidden", "content_filter")]
)
async def test_an_answer_says_why_it_ended(aimock, text, reason):
    answer = await ask(OpenAIChat(aimock.url, "key"), text)
    assert answer.text
    assert answer.events[-1] == Finished(reason)


@pytest.mark.parametrize("text", ["cut me short", "hang up on me"])
async def test_an_answer_of_aimock_that_breaks_off_is_cut_short(aimock, text):
    answer = await ask(OpenAIChat(aimock.url, "key"), text)
    assert isinstance(answer.error, CutShort)
    assert "This sentence".startswith(answer.text[:13])
    assert answer.text


@pytest.mark.parametrize(("text", "error"), [("wrong key", KeyRefused), ("no credit", NoCredit)])
async def test_a_refusal_of_aimock_is_told_in_plain_words(aimock, text, error):
    answer = await ask(OpenAIChat(aimock.url, "key"), text)
    assert isinstance(answer.error, error)
    assert "sk-" not in answer.error.message


async def test_only_what_was_set_and_is_taken_is_sent():
    async with raw_server(saying(chunk("Hi", "stop"), "[DONE]")) as server:
        provider = OpenAIChat(server.url, "secret-key")
        await ask(provider)
        await ask(
            provider, model="qwen3-8b", temperature=0.3, repetition_penalty=1.1, thinking=True
        )
        await ask(provider, model="gpt-5.1", temperature=0.3, max_output_tokens=99)
    plain, tuned, reasoning = (talk.body for talk in server.asked)
    assert plain == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert (tuned["temperature"], tuned["repetition_penalty"]) == (0.3, 1.1)
    assert "thinking" not in tuned
    assert "temperature" not in reasoning
    assert reasoning["max_tokens"] == 99
    assert "authorization: bearer secret-key" in server.asked[0].head.lower()


async def test_a_server_without_a_key_is_sent_none(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    async with raw_server(saying(chunk("Hi", "stop"))) as server:
        assert (await ask(local(server.url))).reason == "stop"
    head = server.asked[0].head.lower()
    assert "authorization" not in head
    assert "somebody" not in head


async def test_a_server_on_this_computer_is_not_reached_through_a_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with raw_server(saying(chunk("Hi", "stop"))) as server:
        assert (await ask(local(server.url))).text == "Hi"


async def test_a_server_that_cannot_count_is_asked_without_and_remembered():
    body = {"error": {"message": "Unknown parameter: 'stream_options'."}}
    async with raw_server(refusing(400, body), saying(chunk("Hi", "stop"))) as server:
        provider = local(server.url)
        assert [(await ask(provider)).text for _ in range(2)] == ["Hi", "Hi"]
    assert ["stream_options" in talk.body for talk in server.asked] == [True, False, False]


async def test_a_model_that_wants_the_new_word_for_the_limit_gets_it_and_is_remembered():
    body = {
        "error": {
            "message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "param": "max_tokens",
        }
    }
    async with raw_server(refusing(400, body), saying(chunk("Hi", "stop"))) as server:
        provider = local(server.url)
        for _ in range(2):
            assert (await ask(provider, max_output_tokens=50)).text == "Hi"
    assert ["max_tokens" in talk.body for talk in server.asked] == [True, False, False]
    assert server.asked[2].body["max_completion_tokens"] == 50


async def test_a_server_that_refuses_every_word_is_not_asked_for_ever():
    body = {"error": {"message": "stream_options and max_tokens are both unknown"}}
    async with raw_server(refusing(400, body)) as server:
        answer = await ask(local(server.url), max_output_tokens=5)
    assert isinstance(answer.error, Refused)
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("chunks", "events"),
    [
        ([chunk(reasoning="Hm"), chunk("A", "stop")], [ReasoningDelta("Hm"), TextDelta("A")]),
        (
            [chunk(reasoning_content="Hm"), chunk("A", "stop")],
            [ReasoningDelta("Hm"), TextDelta("A")],
        ),
        (
            [
                chunk(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]),
                chunk(content=[{"type": "text", "text": "A"}, "B"]),
                chunk("", "stop"),
            ],
            [ReasoningDelta("Hm"), TextDelta("AB")],
        ),
        ([chunk(refusal="I will not."), chunk(None, "stop")], [TextDelta("I will not.")]),
        ([chunk("A"), chunk("B"), chunk("C", "stop")], [TextDelta("ABC")]),
        ([chunk("A", "eos")], [TextDelta("A")]),
        ([{"choices": [{"delta": None}]}, chunk("A", "stop")], [TextDelta("A")]),
        ([{"choices": [], "prompt_filter_results": []}, chunk("A", "stop")], [TextDelta("A")]),
    ],
)
async def test_the_habits_of_servers_are_understood(chunks, events):
    async with raw_server(saying(*chunks, "[DONE]")) as server:
        answer = await ask(local(server.url))
    assert answer.events == [*events, Finished("stop")]


@pytest.mark.parametrize(
    "counted",
    [
        [chunk("A", "stop"), {"choices": [], "usage": USAGE}],
        [chunk("A"), {**chunk("", "stop"), "usage": USAGE}],
        [{**chunk("A"), "usage": USAGE}, chunk("", "stop")],
        [chunk("A"), {**chunk("", "stop"), "x_groq": {"usage": USAGE}}],
    ],
)
async def test_the_count_is_found_wherever_it_is(counted):
    async with raw_server(saying(*counted, "[DONE]")) as server:
        answer = await ask(local(server.url))
    assert answer.events == [TextDelta("A"), Usage(4, 2), Finished("stop")]


async def test_an_answer_without_a_count_is_whole_all_the_same():
    async with raw_server(saying(chunk("A"), chunk("", "stop"))) as server:
        answer = await ask(local(server.url))
    assert answer.events == [TextDelta("A"), Finished("stop")]


@pytest.mark.parametrize("last", [[], ["[DONE]"], [{"choices": [], "usage": USAGE}, "[DONE]"]])
async def test_nothing_is_complete_without_a_reason(last):
    async with raw_server(saying(chunk("A"), chunk(None), *last)) as server:
        answer = await ask(local(server.url))
    assert isinstance(answer.error, CutShort)
    assert answer.text == "A"


async def test_a_reason_given_makes_the_answer_whole_whatever_breaks_after_it():
    async def hang_up(talk):
        await talk.start()
        await talk.say(chunk("A", "stop"))
        await asyncio.sleep(0.05)
        await talk.hang_up()

    async with raw_server(hang_up) as server:
        answer = await ask(local(server.url))
    assert answer.events == [TextDelta("A"), Finished("stop")]


@pytest.mark.parametrize(("reason", "error"), [("error", ProviderDown), ("abort", CutShort)])
async def test_a_reason_that_is_a_failure_is_one(reason, error):
    async with raw_server(saying(chunk("A"), chunk(None, reason), "[DONE]")) as server:
        answer = await ask(local(server.url))
    assert isinstance(answer.error, error)


async def test_an_answer_that_was_not_streamed_is_taken_as_it_is():
    body = {
        "choices": [{"message": {"role": "assistant", "content": "All"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    script = whole(json.dumps(body, indent=2).encode(), 200, "application/json")
    async with raw_server(script) as server:
        answer = await ask(local(server.url))
    assert answer.events == [TextDelta("All"), Usage(4, 2), Finished("stop")]


async def test_a_stream_without_its_last_blank_line_is_whole():
    raw = b'data: {"choices":[{"delta":{"content":"A"},"finish_reason":"stop"}]}'
    async with raw_server(whole(raw)) as server:
        assert (await ask(local(server.url))).events == [TextDelta("A"), Finished("stop")]


async def test_half_of_the_last_event_is_an_answer_cut_short():
    raw = b'data: {"choices":[{"delta":{"content":"A"}}]}\n\ndata: {"choices":[{"del'
    async with raw_server(whole(raw)) as server:
        answer = await ask(local(server.url))
    assert isinstance(answer.error, CutShort)
    assert answer.text == "A"


async def test_deltas_that_arrive_together_are_given_together():
    async def fast(talk):
        await talk.start()
        for _ in range(100):
            await talk.say(chunk("x"))
            await asyncio.sleep(0.003)
        await talk.say(chunk("", "stop"))
        await talk.end()

    async with raw_server(fast) as server:
        gathered = await ask(local(server.url, gather=0.05))
        each = await ask(local(server.url, gather=0))
    assert gathered.text == each.text == "x" * 100
    assert len(gathered.events) < 20 < len(each.events)


@pytest.mark.parametrize(
    "listed",
    [
        {"data": [{"id": "llama-3.3-70b"}, {"id": "text-embedding-x"}, {"id": "whisper-large"}]},
        {"models": [{"name": "models/llama-3.3-70b"}]},
        [{"id": "llama-3.3-70b"}, {"id": "nomic-embed-text"}, "noise", {"other": 1}],
    ],
)
async def test_chat_models_are_listed_and_others_are_not(listed):
    async with raw_server(whole(json.dumps(listed).encode(), 200, "application/json")) as server:
        models = await OpenAIChat(server.url, label="Here").models()
    assert [(m.ref, m.provider_label) for m in models] == [("compatible/llama-3.3-70b", "Here")]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (refusing(401, {"error": {"message": "No"}}), KeyRefused),
        (refusing(500, {"error": {"message": "No"}}), ProviderDown),
    ],
)
async def test_a_list_that_cannot_be_had_is_a_failure_with_a_sentence(script, error):
    async with raw_server(script) as server:
        with pytest.raises(error):
            await local(server.url).models()


async def test_the_label_is_the_name_of_the_service_or_of_its_host():
    assert OpenAIChat("https://api.groq.com/openai/v1").label == "Groq"
    assert OpenAIChat("https://user:pass@llm.example.org/v1").label == "llm.example.org"
    assert request().model == "some-model"
