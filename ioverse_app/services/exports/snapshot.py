"""Everything about a conversation as it stands, read at once and then written without haste."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Invalid
from ioverse_app.services import access, conversations, runs
from ioverse_app.services.access import Action
from ioverse_app.tables import (
    Attachment,
    Conversation,
    Message,
    MessageStatus,
    Run,
    User,
    Vote,
    now,
)

MOST = 10_000
"""Messages in a file."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message with what belongs to it: `number` of `count` versions of it that there are.

    `parameters` are those of the run that wrote an answer last.
    """

    message: Message
    number: int
    count: int
    attachments: tuple[Attachment, ...]
    vote: Vote | None
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """A conversation at one moment: the branch on the screen, or, when `whole`, every version."""

    conversation: Conversation
    person: str
    said: tuple[Said, ...]
    whole: bool
    at: datetime


async def conversation(
    session: AsyncSession, user: User, conversation_id: str, *, whole: bool = False
) -> Exported:
    """What there is to write of a conversation that this user may open."""
    access.check(user, Action.EXPORT)
    found = await conversations.get(session, user, conversation_id)
    query = select(Message).where(Message.conversation_id == found.id).order_by(col(Message.id))
    rows = (await session.exec(query.limit(MOST + 1))).all()
    if len(rows) > MOST:
        raise Invalid(
            f"This chat has more than {MOST:,} messages, which is the most for one file.",
            code="export_too_long",
        )
    for row in rows:
        if row.status == MessageStatus.STREAMING:
            session.expunge(row)  # what the run has said so far is not for the database
            row.content = await runs.text_so_far(user, row.id)
    families = _families(rows)
    shown = list(_in_order(families)) if whole else _branch(rows, found.head_id)
    attachments = await _attachments(session, shown)
    votes = await _votes(session, user, found)
    parameters = await _parameters(session, found)
    return Exported(
        found,
        user.username,
        tuple(
            Said(
                message,
                families[message.parent_id].index(message) + 1,
                len(families[message.parent_id]),
                tuple(attachments.get(message.id, ())),
                votes.get(message.id),
                parameters.get(message.id, {}),
            )
            for message in shown
        ),
        whole,
        now(),
    )


def _families(rows: Sequence[Message]) -> dict[str | None, list[Message]]:
    """The versions that hang below each message, oldest first."""
    families: dict[str | None, list[Message]] = {}
    for row in rows:
        families.setdefault(row.parent_id, []).append(row)
    return families


def _in_order(families: dict[str | None, list[Message]]) -> Iterator[Message]:
    """Every message behind the one that it follows, branch by branch."""
    waiting = list(reversed(families.get(None, [])))
    while waiting:
        message = waiting.pop()
        yield message
        waiting.extend(reversed(families.get(message.id, [])))


def _branch(rows: Sequence[Message], head_id: str | None) -> list[Message]:
    by_id = {row.id: row for row in rows}
    branch: list[Message] = []
    while head_id in by_id:
        branch.append(by_id[head_id])
        head_id = by_id[head_id].parent_id
    return branch[::-1]


async def _attachments(
    session: AsyncSession, shown: Sequence[Message]
) -> dict[str, list[Attachment]]:
    found: dict[str, list[Attachment]] = {}
    if not shown:
        return found
    query = select(Attachment).where(
        Attachment.conversation_id == shown[0].conversation_id,
        col(Attachment.message_id).is_not(None),
    )
    for row in (await session.exec(query.order_by(col(Attachment.place)))).all():
        found.setdefault(row.message_id or "", []).append(row)
    return found


async def _votes(session: AsyncSession, user: User, conversation: Conversation) -> dict[str, Vote]:
    query = (
        select(Vote)
        .join(Message, col(Message.id) == col(Vote.message_id))
        .where(Vote.user_id == user.id, Message.conversation_id == conversation.id)
    )
    return {vote.message_id: vote for vote in (await session.exec(query)).all()}


async def _parameters(
    session: AsyncSession, conversation: Conversation
) -> dict[str, dict[str, Any]]:
    """By message; a later run's stand over an earlier one's."""
    query = select(col(Run.message_id), col(Run.parameters)).where(
        Run.conversation_id == conversation.id
    )
    rows = (await session.exec(query.order_by(col(Run.id)))).all()
    return {message_id: parameters for message_id, parameters in rows if message_id}
