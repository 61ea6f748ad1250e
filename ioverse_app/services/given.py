"""What an answer was given when it was written, for who wants to know why it says what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.engine import context
from ioverse_app.engine.context import Part, Plan
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services import messages
from ioverse_app.tables import Attachment, Message, Run, RunEvent, User


@dataclass(frozen=True, slots=True)
class Sent:
    """What an answer was given: its run's plan, with the texts."""

    run: Run
    plan: Plan


async def sent(session: AsyncSession, user: User, message_id: str) -> Sent:
    """Exactly what an answer was given when it was written, or went on, last."""
    answer = await messages.get(session, user, message_id)
    if answer.role != "assistant":
        raise Invalid("Only an answer has been given something.", code="not_an_answer")
    query = select(Run).where(Run.message_id == answer.id).order_by(col(Run.id).desc())
    run = (await session.exec(query.limit(1))).first()
    if run is None or not run.plan:
        raise NotFound("What this answer was given has not been kept.")
    return Sent(run, context.restored(run.plan, await _texts(session, run)))


async def _texts(session: AsyncSession, run: Run) -> Callable[[Part, int], str]:
    """The texts of a run's parts, as they were sent.

    A message only ever grows, so that its first characters are what it was.
    """
    parts: list[dict[str, Any]] = run.plan["parts"]
    known = [*parts, *run.plan["left_out"]]
    of_messages = {part["message_id"] for part in known if "message_id" in part}
    of_files = {part["attachment_id"] for part in known if "attachment_id" in part}
    query = select(Message).where(col(Message.id).in_(of_messages))
    said = {message.id: message for message in (await session.exec(query)).all()}
    files: dict[str, Attachment] = {}
    if of_files:
        found = await session.exec(select(Attachment).where(col(Attachment.id).in_(of_files)))
        files = {row.id: row for row in found.all()}
    asking = next(
        (p["message_id"] for p in reversed(parts) if p["role"] == "user" and "message_id" in p), ""
    )
    put = select(RunEvent).where(RunEvent.run_id == run.id, RunEvent.kind == "question")
    translation = (await session.exec(put.limit(1))).first()

    def text_of(part: Part, characters: int) -> str:
        if part.kind == "attachment":
            return (
                files[part.attachment_id].text[:characters] if part.attachment_id in files else ""
            )
        if part.kind != "message" or part.message_id not in said:
            return ""
        message = said[part.message_id]
        if part.message_id == asking and translation is not None:
            return str(translation.data["text"])  # it was translated on its way
        return (message.translation if part.translated else message.content)[:characters]

    return text_of
