"""How answers are asked for: what is sent is exactly what was set and the model takes."""

from __future__ import annotations

import math

import pytest
from conftest import both_databases

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.providers import catalogue, registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, parameters, runs, titles
from ioverse_app.tables import Run

MODEL = "compatible/parrot"
THINKER = "compatible/gpt-6-luna"
PENALISED = "compatible/qwen3"
SMALL = "compatible/gemma-2b"

plain = catalogue.profile(MODEL)
thinker = catalogue.profile(THINKER)


class Parrot(Scripted):
    """It has the models that a server of somebody else's may have."""

    name = "compatible"

    @property
    def asked(self) -> list[dict]:
        """The parameters of every request, but for those of titles."""
        return [dict(r.parameters) for r in self.requests if r.turns[0].content != titles.PROMPT]


@pytest.fixture
async def provider(database):
    async with engine.running():
        parrot = Parrot(words("Yes."))
        registry.use(parrot)
        yield parrot
    await registry.close()


async def answered(user, started) -> Run:
    async for _ in runs.follow(user, started.run_id):
        pass
    async with db.reading() as session:
        return await session.get_one(Run, started.run_id)


async def ask(user, chat=None, model=MODEL, **values) -> tuple[runs.Started, Run]:
    started = await runs.start(user, chat, "Hello?", model=model, parameters=values or None)
    return started, await answered(user, started)


async def change(user, chat, **values) -> None:
    async with db.transaction() as session:
        await parameters.set(session, user, chat, values)


async def kept(user, chat) -> dict:
    async with db.reading() as session:
        return (await conversations.get(session, user, chat)).parameters


@both_databases
async def test_what_was_set_is_sent_and_kept_with_the_chat_and_the_answer(provider, ann):
    values = {"temperature": 0.2, "stop": ["END"], "seed": 7, "max_output_tokens": 300}
    started, run = await ask(ann, **values, system_prompt="Answer in rhymes.")
    assert provider.asked == [values]
    assert provider.requests[0].turns[0].content == "Answer in rhymes."
    assert run.parameters == values | {"system_prompt": "Answer in rhymes."}
    assert await kept(ann, started.conversation_id) == run.parameters


async def test_nothing_is_sent_that_nobody_set(provider, ann):
    _, run = await ask(ann)
    assert provider.asked == [run.parameters] == [{}]
    assert provider.requests[0].turns[0].content == parameters.SYSTEM_PROMPT


async def test_every_way_of_asking_uses_what_is_set_now(provider, ann, configure):
    configure(continuations=0)
    started, _ = await ask(ann, temperature=0.2)
    chat = started.conversation_id
    await change(ann, chat, temperature=0.9)
    await answered(ann, await runs.retry(ann, started.answer_id))
    await change(ann, chat, top_p=0.5)
    await answered(ann, await runs.edit(ann, started.question_id, "Hello again?"))
    await change(ann, chat, temperature=None)
    registry.use(cut := Parrot([TextDelta("Half"), Finished("length")]))
    half, _ = await ask(ann, chat)
    await change(ann, chat, seed=3)
    again = await runs.resume(ann, half.answer_id)
    assert (await answered(ann, again)).parameters == {"top_p": 0.5, "seed": 3}
    assert provider.asked + cut.asked == [
        {"temperature": 0.2},
        {"temperature": 0.9},
        {"temperature": 0.9, "top_p": 0.5},
        {"top_p": 0.5},
        {"top_p": 0.5, "seed": 3},
    ]


async def test_what_a_model_does_not_take_is_kept_and_not_sent(provider, ann):
    values = {"temperature": 0.2, "repetition_penalty": 1.1, "reasoning_effort": "high"}
    started, run = await ask(ann, **values)
    assert run.parameters == {"temperature": 0.2}
    _, run = await ask(ann, started.conversation_id, model=THINKER)
    assert run.parameters == {"reasoning_effort": "high"}
    _, run = await ask(ann, started.conversation_id, model=PENALISED)
    assert run.parameters == {"temperature": 0.2, "repetition_penalty": 1.1}
    assert provider.asked == [
        {"temperature": 0.2},
        {"reasoning_effort": "high"},
        {"temperature": 0.2, "repetition_penalty": 1.1},
    ]
    assert await kept(ann, started.conversation_id) == values


async def test_what_was_set_for_a_larger_model_is_brought_into_the_limits(provider, ann):
    started, run = await ask(ann, model=THINKER, max_output_tokens=100_000, reasoning_effort="high")
    assert run.parameters == {"max_output_tokens": 100_000, "reasoning_effort": "high"}
    _, run = await ask(ann, started.conversation_id)
    assert run.parameters == {"max_output_tokens": plain.context_window // 2}
    assert (await kept(ann, started.conversation_id))["max_output_tokens"] == 100_000


async def test_a_long_answer_leaves_less_room_for_what_was_said(provider, ann):
    question = "word " * 12_000
    await runs.start(ann, None, question, model=MODEL)
    with pytest.raises(Invalid, match="Shorten it"):
        await runs.start(ann, None, question, model=MODEL, parameters={"max_output_tokens": 16_000})


async def test_a_system_prompt_that_fills_the_window_says_so(provider, ann):
    with pytest.raises(Invalid, match="The system prompt has about") as refused:
        await ask(ann, model=SMALL, system_prompt="word " * 6_000)
    assert refused.value.code == "system_prompt_too_long"


def test_a_model_is_offered_what_it_takes_with_its_own_limits_and_defaults():
    offered = {one.name: one for one in parameters.offered(thinker)}
    assert list(offered) == ["system_prompt", "max_output_tokens", "reasoning_effort"]
    assert offered["max_output_tokens"].high == 128_000
    assert offered["reasoning_effort"].choices == ("low", "medium", "high")
    demo = {
        one.name: one.default
        for one in parameters.offered(catalogue.profile("embedded/smollm2-135m"))
    }
    assert (demo["temperature"], demo["max_output_tokens"]) == (0.2, 768)
    assert all(one.label and one.help.endswith(".") for one in parameters.ALL)


def test_every_parameter_of_the_catalogue_can_be_set():
    shelves = catalogue._catalogue().values()
    models = [facts for shelf in shelves for facts in shelf.get("models", {}).values()]
    named = {name for facts in models for name in facts.get("parameters", [])}
    assert named | plain.parameters | {"system_prompt"} == parameters.BY_NAME.keys()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"temperature": 2.1}, "Temperature is a number from 0 to 2."),
        ({"temperature": "hot"}, "Temperature is a number from 0 to 2."),
        ({"temperature": True}, "Temperature is a number from 0 to 2."),
        ({"temperature": math.nan}, "Temperature is a number from 0 to 2."),
        ({"top_p": -0.1}, "Top P is a number from 0 to 1."),
        ({"frequency_penalty": -2.5}, "Frequency penalty is a number from -2 to 2."),
        ({"repetition_penalty": 0.9}, "Repetition penalty is a number from 1 to 2."),
        ({"max_output_tokens": 0}, "Output length is a whole number from 1 to 16,384."),
        ({"output_length": 99_999}, "Output length is a whole number from 1 to 16,384."),
        ({"max_output_tokens": 1.5}, "Output length is a whole number from 1 to 16,384."),
        ({"seed": math.inf}, "Seed is a whole number from 0 to 2,147,483,647."),
        ({"stop": ["a", "b", "c", "d", "e"]}, "at most 4 lines"),
        ({"stop": [1]}, "texts, one per line"),
        ({"stop": 5}, "texts, one per line"),
        ({"system_prompt": "x" * 32_001}, "has 32,001 characters; 32,000 is the most."),
        ({"system_prompt": 5}, "System prompt is a text."),
        ({"reasoning_effort": "very much"}, "Reasoning effort is one of"),
        ({"tempo": 1}, "There is no parameter “tempo”."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(values, sentence):
    with pytest.raises(Invalid) as refused:
        parameters.checked(plain, values)
    assert sentence in refused.value.message
    assert refused.value.code == "parameter_invalid"


def test_an_effort_that_this_model_has_not_is_refused():
    with pytest.raises(Invalid, match="one of: low, medium, high"):
        parameters.checked(thinker, {"reasoning_effort": "minimal"})


def test_values_are_kept_in_one_form():
    values = {"output_length": 5.0, "stop": "END\n\nSTOP\n", "system_prompt": " Hi\x00 \ud800"}
    assert parameters.checked(plain, values) == {
        "max_output_tokens": 5,
        "stop": ["END", "STOP"],
        "system_prompt": "Hi",
    }
    assert parameters.merged(plain, {"seed": 1}, {"seed": None, "system_prompt": " "}) == {}


async def test_a_refused_parameter_begins_no_chat_and_no_answer(provider, ann):
    with pytest.raises(Invalid):
        await ask(ann, temperature=9)
    async with db.reading() as session:
        assert (await conversations.page(session, ann)).items == []
    assert provider.requests == []


async def test_reset_brings_every_default_back(provider, ann):
    started, _ = await ask(ann, temperature=0.2, system_prompt="Be brief.")
    async with db.transaction() as session:
        await parameters.reset(session, ann, started.conversation_id)
    _, run = await ask(ann, started.conversation_id)
    assert run.parameters == {}


async def test_nobody_else_can_change_them(provider, ann, bob):
    started, _ = await ask(ann, temperature=0.2)
    chat = started.conversation_id
    with pytest.raises(NotFound):
        await change(bob, chat, temperature=1)
    with pytest.raises(NotFound):
        async with db.transaction() as session:
            await parameters.reset(session, bob, chat)
    with pytest.raises(NotFound):
        await ask(bob, chat, temperature=1)
    assert await kept(ann, chat) == {"temperature": 0.2}
