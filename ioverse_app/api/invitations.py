"""Invitations, for administrators: make, list, take back."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from ioverse_app.api.addresses import public_address
from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.services import invitations
from ioverse_app.tables import Invitation, Role

router = APIRouter(prefix="/api/admin/invitations", tags=["Administration"])


class NewInvitation(StrictBody):
    """Whom it is for (only you read that), as what they come, and for how many days it holds."""

    note: str = ""
    role: str = Role.MEMBER
    days: float = Field(default=invitations.DAYS, allow_inf_nan=False)


class InvitationOut(BaseModel):
    """An invitation. `used_by` is the name of who registered with it."""

    invitation_id: str
    note: str
    role: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str
    is_open: bool

    @classmethod
    def of(cls, row: Invitation) -> Self:
        """This row."""
        shown = row.model_dump(exclude={"id", "user_id", "token_hash", "updated_at"})
        return cls(invitation_id=row.id, is_open=row.is_open, **shown)


class NewInvitationOut(InvitationOut):
    """A new invitation, with its link, which is shown this once."""

    link: str


class Invitations(BaseModel):
    """All invitations, newest first."""

    invitations: list[InvitationOut]


@router.post("", status_code=201)
async def create(
    body: NewInvitation, user: CurrentUser, session: Session, request: Request, response: Response
) -> NewInvitationOut:
    """Make a link with which one person may register, also while registration is closed."""
    row, token = await invitations.create(
        session, user, note=body.note, role=body.role, days=body.days
    )
    link = f"{public_address(request)}/register?invitation={token}"
    response.headers["Cache-Control"] = "no-store"
    return NewInvitationOut(link=link, **InvitationOut.of(row).model_dump())


@router.get("")
async def every(user: CurrentUser, session: Session) -> Invitations:
    """The invitations of this workspace."""
    found = await invitations.every(session, user)
    return Invitations(invitations=[InvitationOut.of(row) for row in found])


@router.delete("/{invitation_id}", status_code=204)
async def revoke(invitation_id: str, user: CurrentUser, session: Session) -> None:
    """Take an invitation back."""
    await invitations.revoke(session, user, invitation_id)
