"""Invitations: an administrator makes a link, and one person registers with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Gone, Invalid, NotFound
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import Invitation, Role, User, now

DAYS = 7
DAYS_MAX = 90
NOTE_MAX = 100
MOST = 200
KEPT = timedelta(days=90)

ROLES = tuple(role for role in Role if str(role) != "owner")
"""What somebody may be invited as."""


async def create(
    session: AsyncSession,
    user: User,
    *,
    note: str = "",
    role: str = Role.MEMBER,
    days: float = DAYS,
) -> tuple[Invitation, str]:
    """Make an invitation; the answer is its row and its token, which is never known again."""
    access.check(user, Action.ADMINISTER)
    note = " ".join(note.replace("\x00", "").split())
    if len(note) > NOTE_MAX:
        raise Invalid(f"A note has at most {NOTE_MAX} characters.", code="note_too_long")
    if role not in ROLES:
        names = ", ".join(ROLES)
        raise Invalid(f"The role of an invitation is one of: {names}.", code="role_invalid")
    access.check_manages(user, role)
    if not 0 < days <= DAYS_MAX:
        raise Invalid(f"An invitation lasts 1 to {DAYS_MAX} days.", code="days_invalid")
    token = security.new_secret()
    invitation = Invitation(
        user_id=user.id,
        note=note,
        role=Role(role),
        token_hash=security.fingerprint(token),
        expires_at=now() + timedelta(days=days),
    )
    session.add(invitation)
    await session.flush()
    return invitation, token


async def every(session: AsyncSession, user: User) -> Sequence[Invitation]:
    """The invitations of this workspace, newest first, for who administers it."""
    access.check(user, Action.ADMINISTER)
    return (await session.exec(Invitation.visible_to(user).limit(MOST))).all()


async def revoke(session: AsyncSession, user: User, invitation_id: str) -> None:
    """Take an invitation back. Whoever has registered with it stays."""
    access.check(user, Action.ADMINISTER)
    query = Invitation.visible_to(user).where(Invitation.id == invitation_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound("This invitation is not there.")
    await session.delete(found)


async def find(session: AsyncSession, token: str) -> Invitation:
    """The invitation with this token, if somebody may still register with it; else Gone."""
    query = select(Invitation).where(Invitation.token_hash == security.fingerprint(token))
    found = (await session.exec(query)).first()
    if found is None or not found.is_open:
        raise refusal("invitation_over", Gone)
    return found


async def use(session: AsyncSession, token: str, username: str) -> Role:
    """Use an invitation up; the role it gives. Of two who try at once, one gets it."""
    found = await find(session, token)
    unused = (col(Invitation.id) == found.id) & col(Invitation.used_at).is_(None)
    taken = update(Invitation).where(unused).values(used_at=now(), used_by=username)
    if not (await session.execute(taken.returning(col(Invitation.id)))).all():
        raise refusal("invitation_over", Gone)
    return Role(found.role)


async def purge() -> int:
    """Forget the invitations that ended 90 days ago; how many."""
    old = delete(Invitation).where(col(Invitation.expires_at) < now() - KEPT)
    async with db.transaction() as session:
        return len((await session.execute(old.returning(col(Invitation.id)))).all())
