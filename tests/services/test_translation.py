"""Translation: the question before, the answer after, both kept, and the answer never lost."""

from __future__ import annotations

import asyncio

import pytest
from conftest import both_databases, eventually

from ioverse_app import db
from ioverse_app.engine import engine, recovery, translating
from ioverse_app.engine.events import Ended
from ioverse_app.errors import Invalid
from ioverse_app.providers import registry
from ioverse_app.providers.errors import Busy
from ioverse_app.providers.events import (
    Finished,
    QuestionTranslated,
    TextDelta,
    TranslationDelta,
    Usage,
)
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import languages, runs, translations
from ioverse_app.services.beginning import Beginning
from ioverse_app.tables import Message, MessageStatus

MODEL = "scripted/parrot"
TO_MODEL, TO_PERSON = "Translate into English:", "Translate into Korean:"


@pytest.fixture(autouse=True)
async def running(database):
    async with engine.running() as running:
        yield running
    await registry.close()


def model(question=(), answer=(), back=()):
    """A model that translates, answers, and translates back."""

    def script(request):
        asked = request.turns[-1].content
        if asked.startswith(TO_MODEL):
            return question or [TextDelta("Hello?"), Usage(5, 2), Finished("stop")]
        if asked.startswith(TO_PERSON):
            return back or [TextDelta("안녕"), TextDelta("하세요."), Usage(7, 4), Finished("stop")]
        return answer or [TextDelta("Good day."), Usage(10, 3), Finished("stop")]

    provider = Scripted(script)
    registry.use(provider)
    return provider


async def ask(user, text="여보세요?", chat=None):
    beginning = Beginning(language="ko", model_language="en")
    started = await runs.start(user, chat, text, model=MODEL, beginning=beginning)
    return started, await read(user, started)


async def read(user, started):
    return [entry.event async for entry in runs.follow(user, started.run_id)]


async def stored(started, question_id=None) -> tuple[Message, Message]:
    async with db.reading() as session:
        answer = await session.get_one(Message, started.answer_id)
        question = await session.get_one(Message, answer.parent_id)
    return question, answer


@both_databases
async def test_both_texts_are_kept_and_told_in_order(ann):
    provider = model()
    started, events = await ask(ann)
    assert events[:2] == [QuestionTranslated("Hello?"), TextDelta("Good day.")]
    assert all(isinstance(event, TranslationDelta) for event in events[2:-1])
    assert "".join(event.text for event in events[2:-1]) == "안녕하세요."
    question, answer = await stored(started)
    assert (question.content, question.translation) == ("여보세요?", "Hello?")
    assert (answer.content, answer.translation) == ("Good day.", "안녕하세요.")
    assert answer.status == MessageStatus.COMPLETE
    assert (answer.prompt_tokens, answer.completion_tokens) == (22, 9), "all three are paid for"
    assert len(provider.requests) == 3
    system, asked = provider.requests[0].turns
    assert system.content == translating.PROMPT.format(source="Korean", target="English")
    assert asked.content.endswith("여보세요?")
    assert provider.requests[1].turns[-1].content == "Hello?"


async def test_later_questions_carry_the_earlier_ones_as_they_were_sent(ann):
    provider = model()
    first, _ = await ask(ann)
    await ask(ann, "또?", first.conversation_id)
    turns = [turn.content for turn in provider.requests[4].turns[1:]]
    assert turns == ["Hello?", "Good day.", "Hello?"]
    again = await runs.retry(ann, first.answer_id)
    await read(ann, again)
    assert [request.turns[-1].content[:10] for request in provider.requests[6:]] == [
        "Hello?",
        TO_PERSON[:10],
    ], "what was translated is not translated again"


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ({"question": [Busy("The provider is busy.")]}, "sent as you wrote it"),
        ({"back": [Busy("The provider is busy.")]}, "could not be put into Korean"),
        ({"back": [TextDelta("안"), Finished("content_filter")]}, "could not be put into Korean"),
        ({"back": [TextDelta("안")]}, "could not be put into Korean"),
    ],
)
async def test_a_failing_translation_loses_no_answer(ann, steps, sentence):
    provider = model(**steps)
    started, events = await ask(ann)
    _, answer = await stored(started)
    assert (answer.content, answer.status) == ("Good day.", MessageStatus.COMPLETE)
    assert sentence in answer.error_message
    assert events[-1].error_code == "translation_failed"
    if "question" in steps:
        assert provider.requests[1].turns[-1].content == "여보세요?"


async def test_an_answer_that_fails_is_kept_without_a_translation(ann):
    model(answer=[TextDelta("Good"), Busy("The provider is busy.")])
    started, _ = await ask(ann)
    question, answer = await stored(started)
    assert (answer.content, answer.status) == ("Good", MessageStatus.INTERRUPTED)
    assert (question.translation, answer.translation) == ("Hello?", "")
    model(answer=words(" day."))
    again = await runs.resume(ann, started.answer_id)
    await read(ann, again)
    _, answer = await stored(started)
    assert (answer.content, answer.translation) == ("Good day.", "안녕하세요.")


@pytest.mark.parametrize("part", ["question", "answer", "back"])
async def test_stop_works_at_once_in_every_part(ann, part):
    provider = model(**{part: [TextDelta("x"), 60.0]})
    started = await runs.start(
        ann, None, "여보세요?", model=MODEL, beginning=Beginning(language="ko", model_language="en")
    )
    place = ["question", "answer", "back"].index(part)
    await eventually(lambda: len(provider.requests) > place)
    await asyncio.sleep(0.05)
    await runs.cancel(ann, started.run_id)
    async with asyncio.timeout(2):
        events = await read(ann, started)
    assert isinstance(events[-1], Ended)
    assert provider.closed == len(provider.requests), "nothing is left running at the provider"
    _, answer = await stored(started)
    assert answer.status == MessageStatus.STOPPED


async def test_what_was_translated_before_the_power_went_is_kept(ann):
    model(back=[TextDelta("안녕"), 60.0])
    started = await runs.start(
        ann, None, "여보세요?", model=MODEL, beginning=Beginning(language="ko", model_language="en")
    )
    async for entry in runs.follow(ann, started.run_id):
        if isinstance(entry.event, TranslationDelta):
            break
    await asyncio.sleep(0.4)  # it reaches the database
    async with db.transaction() as session:
        await recovery.recover(session, "the next worker")
    question, answer = await stored(started)
    assert (question.translation, answer.content) == ("Hello?", "Good day.")
    assert (answer.translation, answer.status) == ("안녕", MessageStatus.INTERRUPTED)


async def test_a_page_that_asks_again_gets_the_translation(ann):
    model(back=[TextDelta("안녕"), 60.0])
    started = await runs.start(
        ann, None, "여보세요?", model=MODEL, beginning=Beginning(language="ko", model_language="en")
    )
    async for entry in runs.follow(ann, started.run_id):
        if isinstance(entry.event, TranslationDelta):
            break
    assert await runs.text_so_far(ann, started.answer_id, "t") == "안녕"
    assert await runs.text_so_far(ann, started.answer_id) == "Good day."


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("ko", "Korean"),
        ("KO", "Korean"),
        ("한국어", "Korean"),
        ("korean", "Korean"),
        ("pt-BR", "Brazilian Portuguese"),
        ("pt_br", "Brazilian Portuguese"),
        ("français", "French"),
        ("de-AT", "German (AT)"),
        ("zh-Hant", "Traditional Chinese"),
    ],
)
def test_a_language_goes_by_its_code_and_its_names(wanted, name):
    assert languages.find(wanted).name == name


def test_what_is_no_language_is_said():
    for wanted in ("", "x", "ko-KOREA", "\x00"):
        with pytest.raises(Invalid):
            languages.find(wanted)
    with pytest.raises(Invalid, match="Did you mean Korean"):
        languages.find("Koraen")


def test_a_pair_has_two_languages():
    chat = Beginning()
    translations.set(chat, "Korean", "en")
    assert translations.pair(chat) == ("Korean", "English")
    with pytest.raises(Invalid):
        translations.set(chat, "en", "English")
    translations.end(chat)
    assert translations.pair(chat) is None
