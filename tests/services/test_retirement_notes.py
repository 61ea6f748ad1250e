"""People are told 90, 30 and 7 days before a model of theirs ends: once at each step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import both_databases
from pages import page_of
from sqlalchemy import update

from ioverse_app import db, live, mail
from ioverse_app.providers import catalogue
from ioverse_app.services import conversations, retirement_notes
from ioverse_app.services.notices import ModelsEnd, topic
from ioverse_app.tables import RetirementNote, User
from ioverse_app.ui.accounts import current
from ioverse_app.ui.shell.ending import EndingState

OLD = "vllm/old"


def ends_in(days: int) -> None:
    day = datetime.now(UTC).date() + timedelta(days=days)
    catalogue.override({OLD: {"shutdown_date": day.isoformat(), "label": "Old model"}})


@pytest.fixture(autouse=True)
def fresh():
    current._known.clear()
    yield
    catalogue.override({})


async def later_it_ends_in(days: int) -> None:
    """Time passes: what was told of the same last day stays told."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    async with db.transaction() as session:
        await session.execute(update(RetirementNote).values(ends_on=day))
    ends_in(days)


async def uses_it(person: User, model: str = OLD) -> None:
    async with db.transaction() as session:
        chat = await conversations.start(session, person, "Plans")
        chat.model = model


async def told(person: User) -> list[str]:
    async with db.reading() as session:
        return await retirement_notes.waiting(session, person)


@both_databases
async def test_each_step_is_told_once_to_those_who_use_the_model(database, ann, bob):
    await uses_it(ann)
    await uses_it(ann)
    await uses_it(bob, "vllm/new")
    ends_in(91)
    assert await retirement_notes.remind() == 0
    for days, count in ((90, 1), (89, 0), (31, 0), (30, 1), (8, 0), (7, 1), (6, 0), (0, 0)):
        await later_it_ends_in(days)
        assert await retirement_notes.remind() == count, days
    assert await told(bob) == []


async def test_a_model_that_is_found_late_has_one_note(ann):
    await uses_it(ann)
    ends_in(5)
    assert [await retirement_notes.remind() for _ in range(2)] == [1, 0]
    ends_in(-1)
    assert await retirement_notes.remind() == 0


async def test_it_stands_on_the_page_until_it_is_put_away(ann):
    await uses_it(ann)
    ends_in(20)
    heard = live.subscribe(topic(ann.id))
    await retirement_notes.remind()
    assert await heard.next() == ModelsEnd()
    (sentence,) = await told(ann)
    assert sentence.startswith("Old model ends on ")
    assert sentence.endswith("One of your chats uses it: choose another model there.")
    page = await page_of(ann, "/chat")
    state = await page.get_state(EndingState)
    await EndingState.look.fn(state)
    assert state.sentences == [sentence]
    await EndingState.put_away.fn(state)
    assert (state.sentences, await told(ann)) == ([], [])
    ends_in(3)
    await retirement_notes.remind()
    assert len(await told(ann)) == 1


async def test_whoever_chose_another_model_is_not_told_any_more(ann):
    await uses_it(ann)
    ends_in(20)
    await retirement_notes.remind()
    async with db.transaction() as session:
        (chat,) = await session.exec(conversations.Conversation.kept_by(ann))
        chat.model = "vllm/new"
    assert await told(ann) == []


async def test_mail_is_sent_where_a_server_is_set(ann, configure, monkeypatch):
    sent = []

    async def send(letter):
        sent.append(letter)

    monkeypatch.setattr(mail, "send_quietly", send)
    await uses_it(ann)
    ends_in(60)
    await retirement_notes.remind()
    assert sent == []
    configure(smtp_host="127.0.0.1")
    ends_in(30)
    await retirement_notes.remind()
    (letter,) = sent
    assert letter.to == ann.email
    assert "Old model ends on" in letter.paragraphs[1]
