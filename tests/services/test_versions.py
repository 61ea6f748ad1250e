"""Versions: nothing that was asked or answered is ever replaced."""

from __future__ import annotations

import asyncio

import pytest
from conftest import both_databases

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import conversations, messages, runs, versions

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database):
    async with engine.running() as running:
        registry.use(Scripted(lambda request: words(f"You said: {request.turns[-1].content}")))
        yield running
    await registry.close()


async def done(user, begun):
    started = await begun
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def screen(user, chat_id) -> list[tuple[str, str]]:
    """What is on the screen: the texts, and where each stands among its versions."""
    async with db.reading() as session:
        conversation = await conversations.get(session, user, chat_id)
        page = await messages.page(session, conversation)
        places = await versions.of(session, page.items)
    return [
        (message.content, f"{places[message.id].number} of {places[message.id].count}")
        for message in page.items
    ]


async def show(user, message_id) -> None:
    async with db.transaction() as session:
        await versions.show(session, user, message_id)


@both_databases
async def test_edit_regenerate_and_move_between_versions(ann):
    first = await done(ann, runs.start(ann, None, "One", model=MODEL))
    chat = first.conversation_id
    second = await done(ann, runs.start(ann, chat, "Two", model=MODEL))
    edited = await done(ann, runs.edit(ann, first.question_id, "Uno"))
    assert await screen(ann, chat) == [("Uno", "2 of 2"), ("You said: Uno", "1 of 1")]
    again = await done(ann, runs.retry(ann, edited.answer_id))
    assert await screen(ann, chat) == [("Uno", "2 of 2"), ("You said: Uno", "2 of 2")]

    await show(ann, first.question_id)
    assert [text for text, _ in await screen(ann, chat)] == [
        "One",
        "You said: One",
        "Two",
        "You said: Two",
    ]
    await show(ann, second.question_id)
    assert len(await screen(ann, chat)) == 4, "the version on the screen may be asked for again"
    await show(ann, edited.answer_id)
    assert await screen(ann, chat) == [("Uno", "2 of 2"), ("You said: Uno", "1 of 2")]
    await show(ann, again.answer_id)
    third = await done(ann, runs.start(ann, chat, "Tres", model=MODEL))
    assert [text for text, _ in await screen(ann, chat)][-2:] == ["Tres", "You said: Tres"]
    await show(ann, first.question_id)
    await show(ann, edited.question_id)
    async with db.reading() as session:
        head = (await conversations.get(session, ann, chat)).head_id
    assert head == third.answer_id, "one comes back to where that branch was left"


async def test_the_model_sees_only_the_branch_on_the_screen(ann):
    provider = Scripted(words("Yes."))
    registry.use(provider)
    first = await done(ann, runs.start(ann, None, "One", model=MODEL))
    await done(ann, runs.start(ann, first.conversation_id, "Two", model=MODEL))
    await done(ann, runs.edit(ann, first.question_id, "Uno"))
    assert [turn.content for turn in provider.requests[-1].turns][1:] == ["Uno"]


async def test_two_that_act_at_the_same_moment_both_keep_their_branch(ann):
    first = await done(ann, runs.start(ann, None, "One", model=MODEL))
    chat, seen = first.conversation_id, first.answer_id
    registry.use(Scripted([0.1, *words("Yes.")]))
    begun = await asyncio.gather(
        runs.start(ann, chat, "From one tab", after=seen),
        runs.start(ann, chat, "From the other", after=seen),
        runs.edit(ann, first.question_id, "Edited in a third"),
        runs.retry(ann, first.answer_id),
    )
    for started in begun:
        async for _ in runs.follow(ann, started.run_id):
            pass
    siblings = []
    for started in begun[:2]:
        await show(ann, started.answer_id)
        question, reply = (await screen(ann, chat))[2:]
        siblings.append(question)
        assert reply == ("Yes.", "1 of 1")
    assert {text for text, _ in siblings} == {"From one tab", "From the other"}
    assert {place for _, place in siblings} == {"1 of 2", "2 of 2"}
    await show(ann, begun[2].answer_id)
    assert await screen(ann, chat) == [("Edited in a third", "2 of 2"), ("Yes.", "1 of 1")]
    await show(ann, begun[3].answer_id)
    assert await screen(ann, chat) == [("One", "1 of 2"), ("Yes.", "2 of 2")]


async def test_nothing_follows_what_is_still_being_written_or_not_there(ann, bob):
    registry.use(Scripted([60.0]))
    first = await runs.start(ann, None, "One", model=MODEL)
    for after in (None, first.answer_id):
        with pytest.raises(Conflict):
            await runs.start(ann, first.conversation_id, "Two", after=after)
    theirs = await runs.start(bob, None, "Secret", model=MODEL)
    with pytest.raises(NotFound):
        await runs.start(ann, first.conversation_id, "Two", after=theirs.question_id)


async def test_only_ones_own_questions_can_be_edited_and_shown(ann, bob):
    first = await done(ann, runs.start(ann, None, "One", model=MODEL))
    with pytest.raises(NotFound):
        await runs.edit(bob, first.question_id, "Mine")
    with pytest.raises(NotFound):
        await show(bob, first.question_id)
    with pytest.raises(Invalid):
        await runs.edit(ann, first.answer_id, "Not a question")
    with pytest.raises(Invalid):
        await runs.edit(ann, first.question_id, "  ")
    assert await screen(ann, first.conversation_id) == [
        ("One", "1 of 1"),
        ("You said: One", "1 of 1"),
    ]
