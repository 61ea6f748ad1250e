"""The audit log: note a deed, read what was done, and find out whether the log was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import AuditEntry, User, now

PAGE = 50
_AT_ONCE = 1000
_WRITING = 0x10E5F  # the number of PostgreSQL's advisory lock


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the log is whole: how many entries there are, and the first that is not as written.

    `head` is the hash of the last entry. Who keeps it elsewhere also notices a log that was cut.
    """

    count: int
    head: str
    broken_at: int | None = None
    lost: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, as far as the log can tell."""
        return self.broken_at is None and not self.lost

    @property
    def sentence(self) -> str:
        """The verdict, for people."""
        if self.broken_at is not None:
            return f"The audit log was changed: entry {self.broken_at} is not as it was written."
        if self.lost:
            return f"The audit log was cut or written anew: it has no entry {self.lost[:16]}."
        if not self.count:
            return "The audit log is empty."
        return f"The audit log is whole: {self.count:,} entries, the last one is {self.head[:16]}."


async def note(
    session: AsyncSession,
    actor: User | None,
    action: str,
    *,
    kind: str = "",
    id: str = "",
    about: str | None = None,
    **details: Any,
) -> AuditEntry:
    """Add an entry, which is committed with the deed or not at all.

    `kind` and `id` name the object, `about` the person whom it concerns. `details` are plain
    JSON without secrets and without what people wrote.
    """
    await alone(session)
    last = (
        await session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1))
    ).first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now(),
        actor_id=actor.id if actor else None,
        action=action,
        object_kind=kind,
        object_id=id,
        about_id=about,
        details=details,
        previous=last.hash if last else "",
    )
    entry.hash = digest(entry)
    session.add(entry)
    await session.flush()
    return entry


async def record(actor: User | None, action: str, **what: Any) -> None:
    """Add an entry in a transaction of its own, for deeds that write nothing themselves."""
    async with db.transaction() as session:
        await note(session, actor, action, **what)


async def alone(session: AsyncSession) -> None:
    """Let nobody else add an entry until this one is committed. SQLite's writers wait anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.exec(select(func.pg_advisory_xact_lock(_WRITING)))


async def page(
    session: AsyncSession,
    actor: User,
    *,
    before: int | None = None,
    action: str = "",
    person_id: str = "",
    limit: int = PAGE,
) -> Sequence[AuditEntry]:
    """Entries before a number, newest first: of one kind, or done by or to one person."""
    access.check(actor, Action.ADMINISTER)
    query = select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEntry.number) < before)
    if action:
        query = query.where(col(AuditEntry.action).startswith(action, autoescape=True))
    if person_id:
        theirs = (col(AuditEntry.actor_id) == person_id) | (col(AuditEntry.about_id) == person_id)
        query = query.where(theirs)
    return (await session.exec(query)).all()


async def looks_at(session: AsyncSession, user: User, limit: int = 100) -> Sequence[AuditEntry]:
    """When administrators opened what is this person's, newest first."""
    return (await session.exec(AuditEntry.looks_at(user).limit(limit))).all()


async def names(session: AsyncSession, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """What the people in these entries are called, those who are still there."""
    ids = {one.actor_id for one in entries} | {one.about_id for one in entries}
    query = select(col(User.id), col(User.username)).where(col(User.id).in_(ids - {None}))
    return dict((await session.exec(query)).all())


async def verify(expected_head: str = "") -> Verdict:
    """Read the whole log and compute every hash again.

    `expected_head` is a hash, or the beginning of one, that must be in the log: a verdict of
    earlier, which nobody could take out of it.
    """
    count, head, found = 0, "", not expected_head
    while True:
        async with db.reading() as session:
            query = select(AuditEntry).where(col(AuditEntry.number) > count)
            some = (
                await session.exec(query.order_by(col(AuditEntry.number)).limit(_AT_ONCE))
            ).all()
        for entry in some:
            is_next = entry.number == count + 1 and entry.previous == head
            if not is_next or entry.hash != digest(entry):
                return Verdict(count, head, broken_at=count + 1)
            count, head = entry.number, entry.hash
            found = found or head.startswith(expected_head)
        if len(some) < _AT_ONCE:
            return Verdict(count, head, lost="" if found else expected_head)


def digest(entry: AuditEntry) -> str:
    """The SHA-256 of an entry as canonical JSON: sorted keys, no spaces, UTC with microseconds."""
    content = entry.model_dump(exclude={"hash", "at"}) | {"at": _moment(entry.at)}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
