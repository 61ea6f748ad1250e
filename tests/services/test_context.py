"""What a model is given: planned before, sent, and afterwards told exactly as it was."""

from __future__ import annotations

import pytest
from conftest import both_databases

from ioverse_app import db
from ioverse_app.engine import context as engine_context
from ioverse_app.engine import engine, tokens
from ioverse_app.engine.going_on import GO_ON
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta, Usage
from ioverse_app.providers.provider import Image, Turn
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import context, conversations, forks, given, runs, titles
from ioverse_app.services.parameters import SYSTEM_PROMPT
from ioverse_app.tables import Attachment, Conversation, InContext, Message, Run

SMALL, EXACT, SEES = "compatible/gemma-2b", "compatible/gpt-oss-20b", "compatible/gpt-4o"
PLAIN, PRICED = "compatible/parrot", "openai/gpt-4.1-mini"


class Parrot(Scripted):
    """It has the models that a server of somebody else's may have."""

    name = "compatible"

    @property
    def asked(self) -> list[list[Turn]]:
        """The turns of every request, but for those of titles."""
        return [list(r.turns) for r in self.requests if r.turns[0].content != titles.PROMPT]


@pytest.fixture
async def parrot(database, monkeypatch):
    async def load(attachment):
        return attachment.name.encode()

    monkeypatch.setattr(context, "picture", load)
    async with engine.running():
        registry.use(found := Parrot(words("Yes.")))
        yield found
    await registry.close()


async def read(user, started) -> runs.Started:
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def ask(user, text="Hello?", chat=None, model=PLAIN, **values) -> runs.Started:
    return await read(
        user, await runs.start(user, chat, text, model=model, parameters=values or None)
    )


async def mark(user, message_id, in_context) -> None:
    async with db.transaction() as session:
        await context.mark(session, user, message_id, in_context)


async def change(kind, row_id, **values) -> None:
    async with db.transaction() as session:
        row = await session.get_one(kind, row_id)
        for name, value in values.items():
            setattr(row, name, value)


async def what_was_given(user, message_id):
    """What an answer was given, as turns, and the plan."""
    async with db.reading() as session:
        sent = await given.sent(session, user, message_id)
    turns = [(role, text) for role, text, _ in engine_context.texts(sent.plan.parts)]
    return turns, sent.plan


async def next_plan(user, chat, model=None):
    async with db.reading() as session:
        return (await context.of(session, user, chat, model=model))[1]


def seen(turns) -> list[tuple[str, str]]:
    return [(turn.role, turn.content) for turn in turns]


async def long_chat(user, messages: int, size: int = 40, **marks) -> tuple[str, list[str]]:
    """A chat of so many messages without runs, and their ids."""
    async with db.transaction() as session:
        chat = await conversations.start(session, user, "Long")
        ids: list[str] = []
        for number in range(messages):
            message = Message(
                conversation_id=chat.id,
                parent_id=ids[-1] if ids else None,
                role="assistant" if number % 2 else "user",
                content=f"{number} ".ljust(size, "."),
                in_context=marks.get(f"m{number}", ""),
            )
            session.add(message)
            ids.append(message.id)
        await session.flush()
        chat.head_id, chat.model = ids[-1], PLAIN
    return chat.id, ids


@both_databases
async def test_what_was_sent_is_told_exactly(parrot, ann):
    first = await ask(ann, "What is blue?", system_prompt="Answer in rhymes.")
    await change(Conversation, first.conversation_id, facts={"Home": "Bangkok", "Cat": "Momo"})
    second = await ask(ann, "And green?", first.conversation_id)
    third = await read(ann, await runs.retry(ann, second.answer_id))
    assert seen(parrot.asked[1])[0] == (
        "system",
        "Answer in rhymes.\n\nKnown facts:\n- Home: Bangkok\n- Cat: Momo",
    )
    for request, answer in zip(parrot.asked, (first, second, third), strict=True):
        turns, plan = await what_was_given(ann, answer.answer_id)
        assert turns == seen(request)
        assert plan.tokens == sum(p.tokens for p in plan.parts) + 8 * len(turns)
    await change(Conversation, first.conversation_id, facts={}, parameters={})
    assert (await what_was_given(ann, second.answer_id))[0] == seen(parrot.asked[1]), (
        "it stays as it was"
    )


async def test_an_answer_that_went_on_was_given_what_it_had_said(configure, parrot, ann):
    configure(continuations=0)
    registry.use(cut := Parrot([TextDelta("Half"), Finished("length")]))
    half = await ask(ann)
    await read(ann, await runs.resume(ann, half.answer_id))
    turns, _ = await what_was_given(ann, half.answer_id)
    assert turns == seen(cut.asked[1])
    assert turns[-2:] == [("assistant", "Half"), ("user", GO_ON)]


async def test_the_next_answer_would_be_given_the_same(parrot, ann):
    first = await ask(ann, "What is blue?", model=EXACT)
    before = await next_plan(ann, first.conversation_id)
    assert before.encoding == tokens.O200K
    assert [p.tokens for p in before.parts] == [
        tokens.count(tokens.O200K, text) for text in (SYSTEM_PROMPT, "What is blue?", "Yes.")
    ]
    second = await ask(ann, "And green?", first.conversation_id, model=EXACT)
    _, after = await what_was_given(ann, second.answer_id)
    assert after.parts[:-1] == before.parts
    assert (after.exact, after.window, after.output) == (True, 131_072, 4096)
    estimated = await next_plan(ann, first.conversation_id, model=SMALL)
    assert (estimated.encoding, estimated.exact, estimated.window) == ("", False, 8192)


async def test_marks_hold_for_the_answers_that_follow(parrot, ann, bob):
    chat, ids = await long_chat(ann, 40, size=900)
    await mark(ann, ids[0], InContext.PINNED)
    await mark(ann, ids[38], InContext.EXCLUDED)
    started = await ask(ann, "Last?", chat, model=SMALL)
    turns, plan = await what_was_given(ann, started.answer_id)
    assert turns == seen(parrot.asked[0])
    assert turns[1][1].startswith("0 ")
    assert turns[-3:-1] == [("user", engine_context.LEFT_OUT), ("assistant", "39 ".ljust(900, "."))]
    reasons = {part.message_id: part.reason for part in plan.left_out}
    assert (reasons[ids[1]], reasons[ids[38]]) == ("room", "excluded")
    async with db.reading() as session:
        answer = await session.get_one(Message, started.answer_id)
    assert answer.left_out == plan.dropped == list(reasons.values()).count("room") > 0
    with pytest.raises(NotFound):
        await mark(bob, ids[0], InContext.AS_FITS)
    with pytest.raises(NotFound):
        await what_was_given(bob, started.answer_id)
    with pytest.raises(NotFound):
        await next_plan(bob, chat)


async def test_a_question_that_was_excluded_is_still_answered_when_asked_again(parrot, ann):
    first = await ask(ann, "Secret?")
    await mark(ann, first.question_id, InContext.EXCLUDED)
    await read(ann, await runs.retry(ann, first.answer_id))
    assert seen(parrot.asked[1])[1:] == [("user", "Secret?")]
    await ask(ann, "More?", first.conversation_id)
    assert ("user", "Secret?") not in seen(parrot.asked[2])


@both_databases
async def test_what_is_pinned_is_sent_from_however_far_above(parrot, ann):
    chat, ids = await long_chat(ann, 1200, m4=InContext.PINNED)
    started = await ask(ann, "Last?", chat)
    turns, plan = await what_was_given(ann, started.answer_id)
    assert turns == seen(parrot.asked[0])
    assert turns[1][1].startswith("4 ")
    sent = [part.message_id for part in plan.parts if part.kind == "message"]
    assert sent == [ids[4], *ids[200:], started.question_id]
    assert plan.older == plan.dropped == 199
    after = await next_plan(ann, chat)
    assert (len(after.parts), after.older) == (1 + 1 + 1000, 201)


@pytest.mark.parametrize(("model", "how"), [(SMALL, "about "), (EXACT, "")])
async def test_a_message_that_cannot_fit_is_refused_with_its_size(parrot, ann, model, how):
    text = "ꙮ" * 100_000
    count = tokens.count("" if how else tokens.O200K, text)
    room = 8192 - 4096 - 10 - 16 if how else 131_072 - 4096 - 6 - 8
    with pytest.raises(Invalid) as refused:
        await ask(ann, text, model=model)
    assert refused.value.code == "message_too_long"
    assert refused.value.message.startswith(
        f"This message has {how}{count:,} tokens; this model takes {room:,}. "
    )
    assert not parrot.requests
    async with db.reading() as session:
        assert not (await conversations.page(session, ann)).items, "nothing is left behind"


async def test_files_go_before_the_words_and_pictures_beside_them(parrot, ann):
    first = await ask(ann, "What is this?", model=SEES)
    async with db.transaction() as session:
        for place, (name, kind, text) in enumerate(
            [("cat.png", "image", ""), ("notes.txt", "document", "A cat is a cat.")]
        ):
            session.add(
                Attachment(
                    user_id=ann.id,
                    conversation_id=first.conversation_id,
                    message_id=first.question_id,
                    place=place,
                    name=name,
                    kind=kind,
                    media_type="image/png" if kind == "image" else "text/plain",
                    size=10,
                    stored="x",
                    text=text,
                    width=1000,
                    height=600,
                )
            )
    again = await read(ann, await runs.retry(ann, first.answer_id))
    with pytest.raises(Invalid, match="cannot see pictures"):
        await runs.retry(ann, first.answer_id, model=PLAIN)
    blind = await ask(ann, "And now?", first.conversation_id)
    framed = '<file name="notes.txt">\nA cat is a cat.\n</file>\n\nWhat is this?'
    assert parrot.asked[1][1] == Turn("user", framed, [Image("image/png", b"cat.png")])
    note = '[The picture "cat.png" is not shown to this model.]'
    assert parrot.asked[2][1] == Turn("user", f"{note}\n\n{framed}", [])
    turns, plan = await what_was_given(ann, again.answer_id)
    assert turns == seen(parrot.asked[1])
    picture = next(part for part in plan.parts if part.kind == "image")
    assert (picture.tokens, picture.name, plan.exact) == (800, "cat.png", False)
    turns, plan = await what_was_given(ann, blind.answer_id)
    assert turns == seen(parrot.asked[2])
    assert [part.reason for part in plan.parts if part.kind == "image"] == ["no_vision"]


async def test_a_translated_question_is_sent_as_the_model_gets_it(parrot, ann):
    first = await ask(ann, "Was ist blau?")
    chat = first.conversation_id
    await change(Message, first.question_id, translation="What is blue?")
    await change(Message, first.answer_id, translation="Ja.")
    plain = await ask(ann, "Und?", chat)
    await change(Conversation, chat, language="de", model_language="en")
    second = await ask(ann, "Und dann?", chat)
    asked = [turns for turns in parrot.asked if turns[0].content == SYSTEM_PROMPT]
    assert seen(asked[1])[1] == ("user", "What is blue?"), "what it had been given before"
    assert seen(asked[2])[1:3] == [("user", "What is blue?"), ("assistant", "Yes.")]
    assert seen(asked[2])[-1] == ("user", "Yes."), "as the model translated it"
    for request, answer in zip(asked[1:], (plain, second), strict=True):
        assert (await what_was_given(ann, answer.answer_id))[0] == seen(request)


async def test_an_answer_has_its_cost_where_the_price_is_known(parrot, ann):
    class Dear(Scripted):
        name = "openai"

    usage = [TextDelta("Yes."), Usage(1000, 500), Finished("stop")]
    registry.use(Dear(usage), Parrot(usage))
    for model, cost in ((PRICED, 1200), (PLAIN, None)):
        started = await ask(ann, model=model)
        async with db.reading() as session:
            answer = await session.get_one(Message, started.answer_id)
            run = await session.get_one(Run, started.run_id)
        assert answer.cost == run.cost == cost


async def test_only_answers_that_were_given_something_tell_of_it(parrot, ann):
    started = await ask(ann)
    with pytest.raises(Invalid):
        await what_was_given(ann, started.question_id)
    async with db.transaction() as session:
        copy = await forks.fork(session, ann, started.answer_id)
    with pytest.raises(NotFound, match="has not been kept"):
        await what_was_given(ann, copy.head_id)
