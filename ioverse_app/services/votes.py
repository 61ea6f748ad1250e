"""Votes on answers: good, bad, or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Invalid
from ioverse_app.services import messages
from ioverse_app.services.notices import Voted, tell_after
from ioverse_app.tables import Message, Run, User, Vote, VoteValue

COMMENT_MAX = 2_000


async def cast(session: AsyncSession, user: User, message_id: str, value: VoteValue) -> str:
    """Vote on an answer. The same vote again takes it back. The answer is what holds now, or ""."""
    answer = await messages.get(session, user, message_id)
    if answer.role != "assistant":
        raise Invalid("Only an answer can be voted on.", code="not_an_answer")
    vote = await _of(session, user, message_id)
    if vote is not None and vote.value == value:
        await session.delete(vote)
        now = ""
    else:
        vote = vote or Vote(message_id=message_id, user_id=user.id, value=value)
        vote.value, vote.model = value, answer.model or ""
        vote.parameters = await _parameters(session, answer)
        session.add(vote)
        now = str(value)
    tell_after(session, user.id, Voted(answer.conversation_id, message_id, now))
    return now


async def comment(session: AsyncSession, user: User, message_id: str, text: str) -> None:
    """Say why. There must be a vote already."""
    text = text.replace("\x00", "").strip()
    if len(text) > COMMENT_MAX:
        raise Invalid(
            f"This comment has {len(text):,} characters; {COMMENT_MAX:,} is the most.",
            code="comment_too_long",
        )
    vote = await _of(session, user, message_id)
    if vote is None:
        raise Invalid("Vote first, then say why.", code="no_vote")
    vote.comment = text


async def of(session: AsyncSession, user: User, shown: Sequence[Message]) -> dict[str, str]:
    """This user's votes on these messages, by message id."""
    query = select(Vote).where(
        Vote.user_id == user.id, col(Vote.message_id).in_([message.id for message in shown])
    )
    return {vote.message_id: vote.value for vote in (await session.exec(query)).all()}


async def _of(session: AsyncSession, user: User, message_id: str) -> Vote | None:
    query = select(Vote).where(Vote.user_id == user.id, Vote.message_id == message_id)
    return (await session.exec(query)).first()


async def _parameters(session: AsyncSession, answer: Message) -> dict[str, object]:
    """Those of the run that wrote the answer last."""
    query = select(Run).where(Run.message_id == answer.id).order_by(col(Run.id).desc())
    run = (await session.exec(query.limit(1))).first()
    return dict(run.parameters) if run else {}
