"""What crosses the socket for a message's text."""

from __future__ import annotations

import json

import pytest
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.utils.format import json_dumps

from ioverse_app.ui import transcript

MESSAGE_ID = "0193f8a0b1c27def89abcdef01234567"


def wire(event: Event) -> str:
    """The frame that Reflex sends for an event."""
    update = StateUpdate(events=Event.from_event_type(event))
    return "42/_event," + json_dumps(["event", update], separators=(",", ":"))


def value(event: Event):
    return json.loads(wire(event).removeprefix("42/_event,"))[1]["events"][0]["payload"]["value"]


def test_a_push_names_its_message_by_the_last_twelve_characters():
    assert value(transcript.push(MESSAGE_ID, 5, "text")) == ["cdef01234567", 5, "text"]


def test_reasoning_is_a_text_of_its_own():
    push = transcript.push(transcript.reasoning(MESSAGE_ID), 0, "hm")
    assert value(push) == ["cdef01234567/r", 0, "hm"]


def test_several_texts_share_a_frame():
    pushes = [(MESSAGE_ID, 0, "a"), (transcript.reasoning(MESSAGE_ID), 0, "b")]
    assert value(transcript.push_all(pushes)) == [
        ["cdef01234567", 0, "a"],
        ["cdef01234567/r", 0, "b"],
    ]


def test_a_frame_weighs_little_more_than_its_text():
    text = "A sentence — of an answer, with “quotes” and 速い"
    assert len(wire(transcript.push(MESSAGE_ID, 12_000, text)).encode()) - len(text.encode()) <= 112


@pytest.mark.parametrize(
    "text", ["<reflex.Var>1</reflex.Var>", '"; alert(1)', "\u2028\u0000\n", "{{x}}"]
)
def test_no_text_is_read_as_anything_but_text(text):
    assert value(transcript.push(MESSAGE_ID, 0, text))[2] == text


def test_forgetting_names_every_message():
    assert value(transcript.forget([MESSAGE_ID])) == [["cdef01234567", -1, None]]
