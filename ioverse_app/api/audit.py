"""The audit log for programs: read it, verify it; and who looked at what is one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ioverse_app.api.dependencies import Administrator, CurrentUser, Session
from ioverse_app.services import audit
from ioverse_app.tables import AuditEntry

router = APIRouter(prefix="/api", tags=["administration"])


class EntryOut(BaseModel):
    """A deed. `hash` covers the entry and the hash of the one before."""

    number: int
    at: datetime
    actor_id: str | None
    action: str
    object_kind: str
    object_id: str
    about_id: str | None
    details: dict[str, Any]
    previous: str
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """This entry as programs see it."""
        return cls.model_validate(entry.model_dump())


class EntryPage(BaseModel):
    """A page of the log, newest first. `before` of the next page is the last number."""

    entries: list[EntryOut]


class VerdictOut(BaseModel):
    """Whether the log is as it was written. Keep `head` elsewhere to notice one that was cut."""

    is_whole: bool
    message: str
    count: int
    head: str
    broken_at: int | None


class LookOut(BaseModel):
    """That an administrator opened a chat of the person who asks, and why."""

    at: datetime
    chat_id: str
    reason: str


class Looks(BaseModel):
    """Who looked, newest first."""

    looks: list[LookOut]


@router.get("/admin/audit")
async def page(
    actor: Administrator,
    session: Session,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    action: str = "",
    person_id: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = audit.PAGE,
) -> EntryPage:
    """The audit log: all of it, what begins with `action`, or what one person did or had done."""
    found = await audit.page(
        session, actor, before=before, action=action, person_id=person_id, limit=limit
    )
    return EntryPage(entries=[EntryOut.of(entry) for entry in found])


@router.get("/admin/audit/verify")
async def verify(_: Administrator, head: str = "") -> VerdictOut:
    """Compute every hash again; `head` is one of earlier that must still be there."""
    verdict = await audit.verify(head)
    return VerdictOut(
        is_whole=verdict.is_whole,
        message=verdict.sentence,
        count=verdict.count,
        head=verdict.head,
        broken_at=verdict.broken_at,
    )


@router.get("/looks")
async def looks(user: CurrentUser, session: Session) -> Looks:
    """When administrators opened a chat of the person who asks."""
    found = await audit.looks_at(session, user)
    return Looks(
        looks=[
            LookOut(at=one.at, chat_id=one.object_id, reason=str(one.details.get("reason", "")))
            for one in found
        ]
    )
