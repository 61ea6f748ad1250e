"""Titles that the model makes: short, in good time, and never against the person's own."""

from __future__ import annotations

import asyncio

import pytest
from conftest import eventually

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import catalogue, registry
from ioverse_app.providers.errors import KeyRefused
from ioverse_app.providers.events import Finished, ReasoningDelta, TextDelta
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, runs, titles
from ioverse_app.services.titles import tidied
from ioverse_app.tables.conversation import NEW_TITLE

MODEL = "compatible/parrot"
QUESTION = "how does a bicycle stay upright?"
FIRST = "How does a bicycle stay upright?"


@pytest.fixture
async def running(database):
    async with engine.running() as running:
        yield running
    await registry.close()


def model(*title_steps, name="compatible"):
    """A model that answers, and says this when it is asked for a title."""

    def script(request):
        return title_steps if request.turns[0].content == titles.PROMPT else words("It steers.")

    provider = Scripted(script)
    provider.name = name
    registry.use(provider)
    return provider


async def answered(user, question=QUESTION, chat=None, ref=MODEL):
    started = await runs.start(user, chat, question, model=ref)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def title(user, started) -> str:
    async with db.reading() as session:
        return (await conversations.get(session, user, started.conversation_id)).title


async def settled(running) -> None:
    """Until no title is being made any more."""
    await asyncio.sleep(0.05)
    await eventually(lambda: not running._beside)


async def test_a_good_title_takes_the_place_of_the_first_words(running, ann):
    provider = model(*words('"Bicycle balance."'))
    started = await answered(ann)
    await settled(running)
    assert await title(ann, started) == "Bicycle balance"
    asked = provider.requests[-1]
    assert asked.parameters == {"temperature": 0.5, "max_output_tokens": 20}
    assert QUESTION in asked.turns[-1].content
    assert "It steers." in asked.turns[-1].content
    await answered(ann, "And a unicycle?", started.conversation_id)
    await settled(running)
    assert len(provider.requests) == 3, "only the first answer asks for a title"


@pytest.mark.parametrize(
    "steps",
    [
        words("Certainly! Here is a title that I would choose for this conversation of ours"),
        [TextDelta(""), Finished("stop")],
        [ReasoningDelta("Hmm"), Finished("length")],
        [TextDelta("Cut in the mid"), Finished("length")],
        [TextDelta("Just ends")],
        [KeyRefused("The key was refused.")],
        [TextDelta("Half"), RuntimeError("a bug")],
        [TextDelta("word " * 1000), 60.0, Finished("stop")],
    ],
)
async def test_the_first_words_stay_where_that_fails(running, ann, steps):
    model(*steps)
    started = await answered(ann)
    await settled(running)
    assert await title(ann, started) == FIRST


async def test_a_slow_model_is_given_up(running, ann, monkeypatch):
    monkeypatch.setattr(titles, "SECONDS", 0.1)
    provider = model(60.0, *words("Too late"))
    started = await answered(ann)
    await settled(running)
    assert await title(ann, started) == FIRST
    assert provider.closed == 2, "the request was ended"


async def test_a_person_who_renamed_meanwhile_keeps_their_title(running, ann):
    model(0.2, *words("Bicycle balance"))
    started = await answered(ann)
    async with db.transaction() as session:
        await conversations.rename(session, ann, started.conversation_id, "My own")
    await settled(running)
    assert await title(ann, started) == "My own"


async def test_a_chat_deleted_meanwhile_is_no_trouble(running, ann, caplog):
    model(0.2, *words("Bicycle balance"))
    started = await answered(ann)
    async with db.transaction() as session:
        await conversations.delete(session, ann, started.conversation_id)
    await settled(running)
    assert "Traceback" not in caplog.text


async def test_a_model_that_makes_no_titles_is_not_asked(running, ann):
    assert not catalogue.profile("embedded/smollm2-135m").titles
    assert catalogue.profile("openai/gpt-4.1-mini").titles
    provider = model(*words("Bicycle balance"), name="scripted")
    started = await answered(ann, ref="scripted/parrot")
    await settled(running)
    assert len(provider.requests) == 1
    assert await title(ann, started) == FIRST


async def test_an_answer_that_failed_asks_for_no_title(running, ann):
    provider = Scripted([TextDelta("Half"), KeyRefused("No.")])
    provider.name = "compatible"
    registry.use(provider)
    await answered(ann)
    await settled(running)
    assert len(provider.requests) == 1


async def test_a_stopping_server_leaves_no_title_behind(database, ann):
    async with engine.running() as running:
        provider = model(60.0, *words("Too late"))
        await answered(ann)
        await eventually(lambda: len(provider.requests) == 2)
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 2
    assert not running._beside
    assert provider.closed == 2
    await registry.close()


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Bicycle balance", "Bicycle balance"),
        ("  **Bicycle balance**\n", "Bicycle balance"),
        ("Title: “bicycle balance.”", "Bicycle balance"),
        ('Chat title: "Warum Räder nicht umfallen"', "Warum Räder nicht umfallen"),
        ("自転車のバランス。", "自転車のバランス"),
        ("Why a bicycle stays upright so well", "Why a bicycle stays upright"),
        ("How do I sort?", "How do I sort?"),
        ("C++, Rust and Go", "C++, Rust and Go"),
        ("", ""),
        ("...", ""),
        ("Title:", ""),
        (NEW_TITLE, ""),
        ("<think>\nHmm", ""),
        ("First line\nSecond line", ""),
        ("x" * 61, ""),
        ("one two three four five six seven eight nine", ""),
    ],
)
def test_what_a_model_says_is_tidied(said, title):
    assert tidied(said) == title
