"""OpenAI's Responses: what is sent, what is understood, and what makes an answer complete."""

import asyncio
import json

import pytest
from asking import ask
from raw_server import completed, raw_server, refusing, saying, text_delta, whole

from ioverse_app.providers.errors import Busy, CutShort, ProviderDown
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.openai_responses import OpenAIResponses

END = [Usage(3, 5), Finished("stop")]


def openai(url, **options):
    return OpenAIResponses("sk-a-test-key", base_url=url, **options)


def ended(kind, **response):
    return {"type": f"response.{kind}", "response": {"status": kind, **response}}


async def test_an_answer_of_aimock_arrives_whole_with_its_count(aimock):
    answer = await ask(openai(aimock.url), "count tokens")
    assert answer.text == "Counted."
    assert answer.events[-2:] == [Usage(11, 7), Finished("stop")]
    sent = aimock.journal()[-1]
    assert sent["path"].endswith("/responses")


async def test_an_answer_of_llmock_arrives_whole(llmock):
    llmock.reply("Some words of llmock.")
    answer = await ask(openai(llmock.base_url()))
    assert answer.text == "Some words of llmock."
    assert answer.reason == "stop"


async def test_what_the_model_thought_comes_apart_from_what_it_said(aimock):
    answer = await ask(openai(aimock.url), "think first")
    assert answer.reasoning == "Let me see. It is a greeting."
    assert answer.text == "Hello after a thought."


@pytest.mark.parametrize("text", ["cut me short", "hang up on me"])
async def test_an_answer_of_aimock_that_breaks_off_is_cut_short(aimock, text):
    answer = await ask(openai(aimock.url), text)
    assert answer.error is not None
    assert answer.reason is None


async def test_nothing_is_kept_at_openai_and_only_what_is_taken_is_sent():
    async with raw_server(saying(text_delta("Hi"), completed())) as server:
        provider = openai(server.url)
        await ask(provider, model="gpt-4.1", temperature=0.3, max_output_tokens=9, seed=1)
        await ask(provider, model="gpt-6-luna", temperature=0.3, reasoning_effort="low")
    old, new = (talk.body for talk in server.asked)
    assert old == {
        "model": "gpt-4.1",
        "input": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "store": False,
        "temperature": 0.3,
        "max_output_tokens": 9,
    }
    assert new["reasoning"] == {"effort": "low", "summary": "auto"}
    assert "temperature" not in new


async def test_an_account_without_summaries_is_asked_without_and_remembered():
    body = {
        "error": {
            "message": "Your organization must be verified to generate reasoning summaries.",
            "param": "reasoning.summary",
        }
    }
    async with raw_server(refusing(400, body), saying(text_delta("Hi"), completed())) as server:
        provider = openai(server.url)
        for _ in range(2):
            assert (await ask(provider, model="gpt-6-luna")).text == "Hi"
    assert ["reasoning" in talk.body for talk in server.asked] == [True, False, False]


async def test_thoughts_and_refusals_are_understood_and_the_unknown_is_passed_over():
    summary = "response.reasoning_summary_text.delta"
    part = "response.reasoning_summary_part.added"
    said = [
        {"type": "response.created", "response": {"status": "in_progress"}},
        {"type": part, "summary_index": 0},
        {"type": summary, "delta": "First"},
        {"type": part, "summary_index": 1},
        {"type": summary, "delta": "second"},
        {"type": "response.reasoning_text.delta", "delta": "."},
        {"type": "response.something_new.delta", "delta": {"what": "ever"}},
        {"type": "response.refusal.delta", "delta": "I will not."},
    ]
    async with raw_server(saying(*said, completed())) as server:
        answer = await ask(openai(server.url))
    assert answer.events == [ReasoningDelta("First\n\nsecond."), TextDelta("I will not."), *END]


@pytest.mark.parametrize(
    ("why", "reason"), [("max_output_tokens", "length"), ("content_filter", "content_filter")]
)
async def test_an_incomplete_answer_says_why(why, reason):
    end = ended("incomplete", incomplete_details={"reason": why})
    async with raw_server(saying(text_delta("A"), end)) as server:
        answer = await ask(openai(server.url))
    assert answer.events == [TextDelta("A"), Finished(reason)]


@pytest.mark.parametrize(
    ("last", "error"),
    [
        ([], CutShort),
        (["[DONE]"], CutShort),
        ([ended("incomplete", incomplete_details={"reason": "something_new"})], CutShort),
        ([{"type": "response.cancelled"}], CutShort),
        ([ended("failed", error={"code": "server_error", "message": "Oops"})], ProviderDown),
        ([ended("failed", error={"code": "rate_limit_exceeded", "message": "No"})], Busy),
        ([ended("failed")], ProviderDown),
        ([{"type": "error", "code": "rate_limit_exceeded", "message": "No"}], Busy),
        ([{"type": "error", "error": {"code": "server_error", "message": "Oops"}}], ProviderDown),
    ],
)
async def test_nothing_is_complete_without_response_completed(last, error):
    async with raw_server(saying(text_delta("A"), *last)) as server:
        answer = await ask(openai(server.url))
    assert type(answer.error) is error
    assert answer.text == "A"


async def test_the_end_is_told_even_if_the_connection_stays_open():
    async def linger(talk):
        await talk.start()
        await talk.say(text_delta("A"), completed())
        await asyncio.sleep(30)

    async with raw_server(linger) as server:
        answer = await asyncio.wait_for(ask(openai(server.url)), 3)
    assert answer.events == [TextDelta("A"), *END]


async def test_text_that_comes_only_with_the_end_is_not_lost():
    output = [{"type": "message", "content": [{"type": "output_text", "text": "All"}]}]
    async with raw_server(saying(completed(output=output))) as server:
        answer = await ask(openai(server.url))
    assert answer.events == [TextDelta("All"), *END]


async def test_models_that_chat_are_listed_the_preferred_first_with_their_ends():
    names = ["gpt-4o-mini", "gpt-6.1-sol", "gpt-6.1-sol-2026-09-01", "text-embedding-3-small"]
    rows = [{"id": name} for name in [*names, "gpt-image-2", "whisper-1", "omni-moderation-latest"]]
    rows += [{"id": "gpt-4.1", "shutdown_date": "2999-01-14"}]
    rows += [{"id": "gpt-4", "shutdown_date": "2026-10-23"}]
    listed = whole(json.dumps({"data": rows}).encode(), 200, "application/json")
    async with raw_server(listed) as server:
        listed_models = await openai(server.url).models()
    assert [m.ref for m in listed_models if m.draws] == ["openai/gpt-image-2"]
    models = [m for m in listed_models if not m.draws]
    assert [m.ref.removeprefix("openai/") for m in models] == [
        "gpt-6.1-sol",
        "gpt-4o-mini",
        "gpt-4",
        "gpt-4.1",
    ]
    assert models[0].label == "GPT-6.1 Sol"
    assert [m.ends_on and m.ends_on.isoformat() for m in models] == [
        None,
        "2027-01-14",  # as the catalogue knows
        "2026-10-23",
        "2999-01-14",  # as the provider says, which knows better
    ]
    assert models[2].has_ended
    assert not models[3].has_ended


async def test_models_are_listed_by_mocks_that_others_wrote(llmock, aimock):
    for url in (llmock.base_url(), aimock.url):
        assert all(model.provider == "openai" for model in await openai(url).models())
