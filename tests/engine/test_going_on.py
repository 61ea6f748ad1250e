"""Answers that reach their length go on by themselves, a few times, without a seam."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from ioverse_app.engine.going_on import GO_ON, GoingOn
from ioverse_app.providers.errors import Busy
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.provider import Request, Turn
from ioverse_app.providers.scripted import Scripted

REQUEST = Request("parrot", [Turn("user", "Count.")])


def parts(*answers):
    """A provider that gives these answers, one after the other."""
    coming = iter(answers)
    return Scripted(lambda _: next(coming))


async def heard(provider, most=3, window=1000, request=REQUEST):
    async with aclosing(GoingOn(most, window).of(provider.stream)(request)) as events:
        return [event async for event in events]


def text(events) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_it_goes_on_until_it_is_done():
    provider = parts(
        [TextDelta("One, t"), Usage(10, 3), Finished("length")],
        [ReasoningDelta("Hm."), TextDelta("wo, "), Usage(16, 3), Finished("length")],
        [TextDelta("three."), Usage(20, 2), Finished("stop")],
    )
    events = await heard(provider)
    assert text(events) == "One, two, three."
    assert events[-1] == Finished("stop")
    assert [e for e in events if isinstance(e, Usage)][-1] == Usage(46, 8)
    assert sum(isinstance(event, Finished) for event in events) == 1
    last = [(turn.role, turn.content) for turn in provider.requests[2].turns]
    assert last == [("user", "Count."), ("assistant", "One, two, "), ("user", GO_ON)]


async def test_an_answer_that_ends_by_itself_is_asked_for_once():
    provider = parts([TextDelta("One."), Usage(10, 3), Finished("stop")])
    assert await heard(provider) == [TextDelta("One."), Usage(10, 3), Finished("stop")]
    assert provider.requests == [REQUEST]


@pytest.mark.parametrize(("most", "asked"), [(0, 1), (1, 2), (3, 4)])
async def test_it_goes_on_only_so_often(most, asked):
    provider = Scripted([TextDelta("more "), Finished("length")])
    events = await heard(provider, most)
    assert (len(provider.requests), text(events)) == (asked, "more " * asked)
    assert events[-1] == Finished("length")


async def test_a_part_without_text_is_the_last():
    provider = parts([TextDelta("One"), Finished("length")], [Finished("length")])
    assert (await heard(provider))[-1] == Finished("length")
    assert len(provider.requests) == 2


async def test_it_does_not_ask_for_more_than_the_window_holds():
    provider = Scripted([TextDelta("word " * 100), Finished("length")])
    events = await heard(provider, window=390)
    assert len(provider.requests) == 2
    assert events[-1] == Finished("length")


async def test_a_failure_comes_through_with_what_was_said():
    provider = parts([TextDelta("One, "), Finished("length")], [TextDelta("two"), Busy("Busy.")])
    said = []
    with pytest.raises(Busy):
        async with aclosing(GoingOn(3, 1000).of(provider.stream)(REQUEST)) as events:
            async for event in events:
                said.append(event)
    assert text(said) == "One, two"


async def test_leaving_ends_the_request():
    provider = parts([TextDelta("One, "), Finished("length")], [TextDelta("two"), 60.0])
    async with aclosing(GoingOn(3, 1000).of(provider.stream)(REQUEST)) as events:
        async for event in events:
            if event == TextDelta("two"):
                break
    assert provider.closed == 2
