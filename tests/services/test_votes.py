"""Votes: one a person and answer, changed and taken back, with what made the answer."""

from __future__ import annotations

import pytest
from conftest import both_databases
from sqlmodel import select

from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import conversations, votes
from ioverse_app.tables import Message, Run, Vote, VoteValue


@pytest.fixture
async def answer(ann, session):
    chat = await conversations.start(session, ann)
    question = Message(conversation_id=chat.id, role="user", content="Why?")
    answer = Message(
        conversation_id=chat.id,
        parent_id=question.id,
        role="assistant",
        content="So.",
        model="scripted/parrot",
    )
    session.add_all([question, answer])
    await session.flush()
    session.add(
        Run(
            user_id=ann.id,
            conversation_id=chat.id,
            message_id=answer.id,
            model="scripted/parrot",
            parameters={"temperature": 0.2},
        )
    )
    await session.flush()
    return answer


@both_databases
async def test_a_vote_is_kept_with_the_model_and_its_parameters(ann, session, answer):
    assert await votes.cast(session, ann, answer.id, VoteValue.UP) == "up"
    await votes.comment(session, ann, answer.id, " Short and right. ")
    vote = (await session.exec(select(Vote))).one()
    assert (vote.value, vote.comment, vote.model) == ("up", "Short and right.", "scripted/parrot")
    assert vote.parameters == {"temperature": 0.2}
    assert await votes.of(session, ann, [answer]) == {answer.id: "up"}


async def test_the_other_vote_replaces_and_the_same_takes_back(ann, session, answer):
    assert await votes.cast(session, ann, answer.id, VoteValue.UP) == "up"
    assert await votes.cast(session, ann, answer.id, VoteValue.DOWN) == "down"
    assert await votes.cast(session, ann, answer.id, VoteValue.DOWN) == ""
    assert (await session.exec(select(Vote))).all() == []
    with pytest.raises(Invalid):
        await votes.comment(session, ann, answer.id, "Why not")


async def test_only_ones_own_answers_can_be_voted_on(ann, bob, session, answer):
    with pytest.raises(NotFound):
        await votes.cast(session, bob, answer.id, VoteValue.UP)
    with pytest.raises(Invalid):
        await votes.cast(session, ann, answer.parent_id, VoteValue.UP)
    await votes.cast(session, ann, answer.id, VoteValue.UP)
    with pytest.raises(Invalid):
        await votes.comment(session, ann, answer.id, "x" * 2001)
