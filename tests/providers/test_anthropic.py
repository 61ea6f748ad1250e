"""Anthropic's own protocol: what is sent, what is understood, and what makes an answer complete."""

import json

import pytest
from asking import ask, read
from raw_server import raw_server, refusing, saying, whole

from ioverse_app.providers import catalogue
from ioverse_app.providers.anthropic import Anthropic
from ioverse_app.providers.errors import (
    Busy,
    CutShort,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    Refused,
)
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.provider import Image, Request, Turn

STOP = {"type": "message_stop"}


def anthropic(url, **options):
    return Anthropic("sk-ant-a-test-key", base_url=url, **options)


def begun(**usage):
    return {"type": "message_start", "message": {"usage": {"input_tokens": 3, **usage}}}


def block(index, **facts):
    return {"type": "content_block_start", "index": index, "content_block": facts}


def delta(**facts):
    return {"type": "content_block_delta", "index": 0, "delta": facts}


def text(words):
    return delta(type="text_delta", text=words)


def ended(reason="end_turn", tokens=5):
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason},
        "usage": {"output_tokens": tokens},
    }


def error(kind, message):
    return {"type": "error", "error": {"type": kind, "message": message}}


async def test_an_answer_of_aimock_arrives_whole_with_its_count(aimock):
    answer = await ask(anthropic(aimock.url), "count tokens", model="claude-sonnet-5-5")
    assert answer.text == "Counted."
    assert answer.events[-2:] == [Usage(11, 7), Finished("stop")]
    sent = aimock.journal()[-1]
    assert sent["path"] == "/v1/messages"


async def test_what_aimock_thought_comes_apart_from_what_it_said(aimock):
    answer = await ask(anthropic(aimock.url), "think first", model="claude-sonnet-5-5")
    assert answer.reasoning == "Let me see. It is a greeting."
    assert answer.text == "Hello after a thought."


@pytest.mark.parametrize("text", ["cut me short", "hang up on me"])
async def test_an_answer_of_aimock_that_breaks_off_is_cut_short(aimock, text):
    answer = await ask(anthropic(aimock.url), text, model="claude-sonnet-5-5")
    assert answer.error is not None
    assert answer.reason is None


async def test_the_system_has_a_field_of_its_own_and_pictures_are_blocks():
    turns = [
        Turn("system", "Be brief."),
        Turn("user", "What is this?", [Image("image/png", b"png")]),
        Turn("assistant", ""),
        Turn("user", "Well?"),
    ]
    asked = Request(
        "claude-sonnet-5-5",
        turns,
        {"temperature": 0.3, "top_p": 0.5, "max_output_tokens": 99, "stop": "END"},
    )
    async with raw_server(saying(begun(), text("A dot"), ended(), STOP)) as server:
        answer = await read(anthropic(server.url).stream(asked))
    assert answer.events == [TextDelta("A dot"), Usage(3, 5), Finished("stop")]
    (talk,) = server.asked
    picture = {"type": "base64", "media_type": "image/png", "data": "cG5n"}
    assert talk.body == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 99,
        "system": "Be brief.",
        "stop_sequences": ["END"],
        "stream": True,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": picture},
                    {"type": "text", "text": "What is this?"},
                ],
            },
            {"role": "user", "content": "Well?"},
        ],
    }
    assert "authorization: bearer sk-ant-a-test-key" in talk.head.lower()


@pytest.mark.parametrize(
    ("effort", "sent"),
    [
        (None, {"thinking": {"type": "adaptive", "display": "summarized"}}),
        ("none", {"thinking": {"type": "disabled"}}),
        (
            "high",
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "high"},
            },
        ),
    ],
)
async def test_how_much_it_thinks_is_said_to_a_model_that_can_be_told(effort, sent):
    levels = {level: {"supported": True} for level in ("low", "medium", "high")}
    able = {
        "image_input": {"supported": True},
        "thinking": {
            "supported": True,
            "types": {"adaptive": {"supported": True}, "disabled": {"supported": True}},
        },
        "effort": {"supported": True, **levels, "max": {"supported": False}},
    }
    row = {
        "id": "claude-next",
        "display_name": "Claude Next",
        "max_input_tokens": 1_000_000,
        "max_tokens": 64_000,
        "capabilities": able,
    }
    listed = whole(json.dumps({"data": [row]}).encode(), 200, "application/json")
    async with raw_server(listed, saying(begun(), text("Hi"), ended(), STOP)) as server:
        provider = anthropic(server.url)
        (model,) = await provider.models()
        await ask(provider, model="claude-next", reasoning_effort=effort)
    assert (model.ref, model.label) == ("anthropic/claude-next", "Claude Next")
    profile = catalogue.profile(model.ref)
    assert (profile.context_window, profile.output_limit) == (1_000_000, 64_000)
    assert profile.reasoning_efforts == ("none", "low", "medium", "high")
    body = server.asked[1].body
    assert body["max_tokens"] == 64_000
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == sent


async def test_thoughts_are_understood_and_the_unknown_is_passed_over():
    said = [
        begun(cache_read_input_tokens=7),
        {"type": "ping"},
        block(0, type="thinking", thinking=""),
        delta(type="thinking_delta", thinking="First."),
        delta(type="signature_delta", signature="abc"),
        block(1, type="thinking", thinking=""),
        delta(type="thinking_delta", thinking="Second."),
        block(2, type="something_new", what="ever"),
        delta(type="something_new_delta", what="ever"),
        {"type": "something_new"},
        block(3, type="text", text="Yes"),
        text("."),
        ended(),
    ]
    async with raw_server(saying(*said, STOP)) as server:
        answer = await ask(anthropic(server.url))
    assert answer.events == [
        ReasoningDelta("First.\n\nSecond."),
        TextDelta("Yes."),
        Usage(10, 5),
        Finished("stop"),
    ]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("something_new", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("tool_use", "tool_calls"),
    ],
)
async def test_it_says_why_an_answer_ended(told, reason):
    async with raw_server(saying(begun(), text("A"), ended(told), STOP)) as server:
        answer = await ask(anthropic(server.url))
    assert answer.reason == reason


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ([], CutShort),
        ([ended()], CutShort),
        (["[DONE]"], CutShort),
        ([error("overloaded_error", "Overloaded")], Busy),
        ([error("rate_limit_error", "Slow down")], Busy),
    ],
)
async def test_nothing_is_complete_without_message_stop(last, kind):
    async with raw_server(saying(begun(), text("A"), *last)) as server:
        answer = await ask(anthropic(server.url))
    assert type(answer.error) is kind
    assert answer.text == "A"
    assert answer.reason is None


async def test_a_connection_that_breaks_in_the_middle_is_an_answer_cut_short():
    async def drop(talk):
        await talk.start()
        await talk.say(begun(), text("Half"))
        await talk.hang_up()

    async with raw_server(drop) as server:
        answer = await ask(anthropic(server.url))
    assert (answer.text, type(answer.error)) == ("Half", CutShort)


async def test_an_answer_in_one_piece_is_not_lost():
    message = {
        "type": "message",
        "content": [{"type": "text", "text": "All"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 2, "output_tokens": 1},
    }
    async with raw_server(whole(json.dumps(message).encode(), 200, "application/json")) as server:
        answer = await ask(anthropic(server.url))
    assert answer.events == [TextDelta("All"), Usage(2, 1), Finished("stop")]


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (401, error("authentication_error", "invalid x-api-key"), KeyRefused, "refused the key"),
        (
            400,
            error("invalid_request_error", "Your credit balance is too low to access the API."),
            NoCredit,
            "no credit",
        ),
        (
            400,
            error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
            Refused,
            "longer than this model can read",
        ),
        (404, error("not_found_error", "model: claude-0"), ModelNotFound, "model: claude-0"),
        (400, error("invalid_request_error", "temperature: no"), Refused, "temperature: no"),
    ],
)
async def test_refusals_are_told_in_sentences(status, body, kind, sentence):
    async with raw_server(refusing(status, body)) as server:
        answer = await ask(anthropic(server.url))
    assert type(answer.error) is kind
    assert sentence in answer.error.message
