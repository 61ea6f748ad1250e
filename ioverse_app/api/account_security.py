"""Passwords, addresses and sessions of one's own account, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ioverse_app.api.client import client_of
from ioverse_app.api.dependencies import CurrentSession, Session
from ioverse_app.api.document import PROVIDER, refused
from ioverse_app.errors import Invalid
from ioverse_app.services import (
    accounts,
    email_change,
    passwords,
    places,
    provider_keys,
    recovery,
    sessions,
)
from ioverse_app.services.devices import device_name
from ioverse_app.services.refusals import DONE
from ioverse_app.tables import Session as SessionRow

router = APIRouter(prefix="/api", tags=["Accounts"])

TO_CONFIRM = "A mail with a link is on its way to this address. It works for an hour."


class Sentence(BaseModel):
    """A sentence."""

    message: str


class Forgotten(BaseModel):
    """Whose password is forgotten: an e-mail address or a user name."""

    email: str = Field(max_length=1000)


class Reset(BaseModel):
    """The token of a mailed link, and the new password."""

    token: str = Field(max_length=200)
    password: str


class Candidate(BaseModel):
    """A password that somebody thinks of, and whose it would be."""

    password: str = Field(max_length=1000)
    username: str = Field(default="", max_length=300)
    email: str = Field(default="", max_length=300)


class Strength(BaseModel):
    """From 0 to 4, and why it would be refused, if it would."""

    score: int
    code: str
    message: str


class KeyToCheck(BaseModel):
    """A key for the provider of this installation."""

    key: str = Field(max_length=1000)


class NewPassword(BaseModel):
    """The password that holds, and the next one."""

    current_password: str
    new_password: str


class NewEmail(BaseModel):
    """The new address, and the password."""

    email: str = Field(max_length=1000)
    password: str


class Token(BaseModel):
    """The token of a mailed link."""

    token: str = Field(max_length=200)


class SessionOut(BaseModel):
    """Where somebody is signed in. `place` is no more than an address tells by itself."""

    session_id: str
    kind: str
    device: str
    place: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool

    @classmethod
    def of(cls, row: SessionRow, current: str) -> Self:
        """This session as its person sees it."""
        return cls(
            session_id=row.id,
            kind=row.kind,
            device=device_name(row.user_agent),
            place=places.place(row.ip_address),
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.id == current,
        )


class Sessions(BaseModel):
    """The sessions that are open."""

    sessions: list[SessionOut]


@router.post("/password/forgot", status_code=202)
async def forgot(body: Forgotten, request: Request) -> Sentence:
    """Mail a link to choose a new password. The answer is the same whoever there is."""
    recovery.forgotten(body.email, address=client_of(request).address)
    return Sentence(message=DONE["mailed"])


@router.post("/password/reset", responses=refused(410))
async def reset(body: Reset) -> Sentence:
    """Choose a new password with a mailed link. Every session ends."""
    await recovery.reset(body.token, body.password)
    return Sentence(message=DONE["password_changed"])


@router.post("/password/strength")
async def strength(body: Candidate) -> Strength:
    """How good a password would be. Nothing of it is kept."""
    names = [accounts.fold(name) for name in (body.username, body.email) if name]
    code = message = ""
    try:
        passwords.check(body.password, *names)
    except Invalid as refused:
        code, message = refused.code, refused.message
    return Strength(score=passwords.strength(body.password, *names), code=code, message=message)


@router.post("/provider-keys/check", responses=refused(*PROVIDER))
async def check_key(body: KeyToCheck, request: Request) -> Sentence:
    """Whether the provider takes a key, in its own words. Nothing of it is kept."""
    address = client_of(request).address
    return Sentence(message=await provider_keys.tried_by_stranger(body.key, address=address))


@router.put("/users/me/password")
async def change_password(body: NewPassword, signed_in: CurrentSession) -> Sentence:
    """Choose another password. Every other session ends."""
    keep = signed_in.session.id
    await recovery.change(signed_in.user, body.current_password, body.new_password, keep=keep)
    return Sentence(message="The password is changed, and every other session is signed out.")


@router.post("/users/me/email", status_code=202)
async def change_email(body: NewEmail, signed_in: CurrentSession) -> Sentence:
    """Mail a link to another address, which makes it that of the account."""
    await email_change.ask(signed_in.user, body.email, body.password)
    return Sentence(message=TO_CONFIRM)


@router.post("/email/confirm", responses=refused(410))
async def confirm_email(body: Token) -> Sentence:
    """Open a link that was mailed to a new address."""
    await email_change.confirm(body.token)
    return Sentence(message=DONE["email_confirmed"])


@router.get("/users/me/sessions")
async def list_sessions(signed_in: CurrentSession, session: Session) -> Sessions:
    """Where you are signed in."""
    found = await sessions.of(session, signed_in.user)
    return Sessions(sessions=[SessionOut.of(row, signed_in.session.id) for row in found])


@router.delete("/users/me/sessions/{session_id}")
async def revoke(session_id: str, signed_in: CurrentSession, session: Session) -> Sentence:
    """End one session, at once."""
    await sessions.revoke(session, signed_in.user, session_id)
    return Sentence(message="This session is signed out.")


@router.delete("/users/me/sessions")
async def revoke_others(signed_in: CurrentSession, session: Session) -> Sentence:
    """End every session but this one, at once."""
    await sessions.end_others(session, signed_in.user, signed_in.session.id)
    return Sentence(message="Every other session is signed out.")
