"""Followers of a log: whoever comes whenever reads the same text."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from ioverse_app.engine.events import Ended, Entry, decode, encode
from ioverse_app.engine.log import RunLog
from ioverse_app.providers.events import ReasoningDelta, TextDelta, Usage
from ioverse_app.tables import RunStatus

deltas = st.one_of(
    st.builds(TextDelta, st.text(min_size=1, max_size=5)),
    st.builds(ReasoningDelta, st.text(min_size=1, max_size=5)),
    st.just(Usage(3, 4)),
)
actions = st.lists(
    st.one_of(
        deltas,
        st.just("publish"),
        st.just("pause"),
        st.tuples(st.just("follow"), st.integers(0, 6)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
    ),
    max_size=40,
)


def text_of(entries: list[Entry], kind: type = TextDelta) -> str:
    return "".join(entry.event.text for entry in entries if isinstance(entry.event, kind))


async def _collect(log: RunLog, after: int, into: list[Entry]) -> None:
    async for entry in log.follow(after):
        into.append(entry)


@settings(max_examples=150, deadline=None)
@given(actions, st.sampled_from([0.0, 0.001, 10.0]))
def test_any_interleaving_gives_every_follower_the_same_text(steps, gather):
    async def story() -> None:
        stored: list[Entry] = []
        log = RunLog("run", lambda _, entries: stored.extend(entries), gather_seconds=gather)
        said = {TextDelta: "", ReasoningDelta: ""}
        followers: list[tuple[int, list[Entry], asyncio.Task]] = []
        for step in steps:
            match step:
                case "publish":
                    log.publish()
                case "pause":
                    await asyncio.sleep(0.002)
                case ("follow", after):
                    after = min(after, len(log.entries))
                    seen: list[Entry] = list(log.entries[:after])
                    task = asyncio.create_task(_collect(log, after, seen))
                    followers.append((after, seen, task))
                case ("leave", which):
                    if which < len(followers):
                        followers[which][2].cancel()
                case _:
                    if not isinstance(step, Usage):
                        said[type(step)] += step.text
                    log.append(step)
        log.publish()
        ended = Ended(RunStatus.COMPLETED)
        log.end(ended)
        # One who left comes back with the number of the last entry that it has.
        for _, seen, task in followers:
            if task.cancelled() or task.cancelling():
                await asyncio.gather(task, return_exceptions=True)
                await _collect(log, seen[-1].number if seen else 0, seen)
            await asyncio.gather(task, return_exceptions=True)
        late: list[Entry] = []
        await _collect(log, 0, late)
        assert text_of(late) == said[TextDelta]
        assert text_of(late, ReasoningDelta) == said[ReasoningDelta]
        assert [entry.number for entry in late] == list(range(1, len(late) + 1))
        assert stored == late[:-1], "what is stored is what followers saw, but for the end"
        for _, seen, _ in followers:
            assert seen == late

    asyncio.run(story())


@given(st.one_of(deltas, st.builds(Ended, st.sampled_from(RunStatus), st.none() | st.text())))
def test_an_event_is_the_same_after_it_was_stored(event):
    assert decode(*encode(event)) == event


async def test_the_first_delta_is_never_held_back():
    log = RunLog("run", lambda *_: None, gather_seconds=10)
    log.append(TextDelta("a"))
    assert text_of(log.entries) == "a"
    log.append(TextDelta("b"))
    log.append(TextDelta("c"))
    assert text_of(log.entries) == "a", "the next ones are gathered"
    log.publish()
    assert [entry.event.text for entry in log.entries] == ["a", "bc"]


async def test_a_slow_stream_is_not_slowed_further():
    log = RunLog("run", lambda *_: None, gather_seconds=0.01)
    for letter in "abc":
        log.append(TextDelta(letter))
        assert text_of(log.entries).endswith(letter)
        await asyncio.sleep(0.02)
