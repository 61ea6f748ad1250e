"""Passkeys, for the script of our own pages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from ioverse_app import db
from ioverse_app.api.addresses import public_address
from ioverse_app.api.arrival import hand_over, start_session, take_back
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.errors import NotSignedIn
from ioverse_app.services import passkeys, tickets
from ioverse_app.services.local_path import local_path
from ioverse_app.services.passkeys import Asked, Site
from ioverse_app.services.refusals import refusal

router = APIRouter(prefix="/auth/passkeys", include_in_schema=False)

COOKIE = "ioverse_passkey"
SECONDS = 300


class NewPasskey(BaseModel):
    """What a browser made, and the name that its owner gave it."""

    credential: dict[str, Any]
    name: str = Field(default="", max_length=200)


class KnownPasskey(BaseModel):
    """What a browser signed."""

    credential: dict[str, Any]
    next: str = ""
    keep: bool = False


@router.post("/new")
async def new(user: CurrentUser, session: Session, request: Request) -> Response:
    """Ask for a new passkey."""
    asked = await passkeys.ask_new(session, user, _site(request))
    return _asked(request, asked, user=user.id)


@router.post("", status_code=201)
async def add(
    body: NewPasskey, user: CurrentUser, session: Session, request: Request, response: Response
) -> dict[str, str]:
    """Keep a new passkey."""
    ticket = _ticket(request)
    if ticket.get("user") != user.id:
        raise refusal("passkey_refused", NotSignedIn)
    row = await passkeys.add(
        session, user, _site(request), ticket["challenge"], body.credential, body.name
    )
    take_back(response, COOKIE)
    return {"id": row.id, "name": row.name}


@router.post("/ask")
async def ask(request: Request) -> Response:
    """Ask for a passkey to sign in with."""
    return _asked(request, passkeys.ask_known(_site(request)))


@router.post("/sign-in")
async def sign_in(body: KnownPasskey, request: Request, response: Response) -> dict[str, str]:
    """Sign in. The device has checked who holds it, so no code is asked for besides."""
    ticket = _ticket(request)
    async with db.transaction() as session:
        user = await passkeys.sign_in(
            session, _site(request), ticket["challenge"], ticket["issued_at"], body.credential
        )
    await start_session(request, response, user, keep=body.keep)
    take_back(response, COOKIE)
    return {"next": local_path(body.next)}


def _site(request: Request) -> Site:
    """The host that people know; behind a proxy that ends TLS its pages have `https`."""
    scheme, _, host = public_address(request).partition("://")
    return Site(_name_of(host), [f"{scheme}://{host}", f"https://{host}"])


def _name_of(host: str) -> str:
    return host if host.startswith("[") else host.partition(":")[0]


def _asked(request: Request, asked: Asked, **facts: str) -> Response:
    response = Response(asked.options, media_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    ticket = tickets.issue("passkey", challenge=asked.challenge, **facts)
    hand_over(request, response, COOKIE, ticket, SECONDS)
    return response


def _ticket(request: Request) -> dict[str, Any]:
    ticket = tickets.read("passkey", request.cookies.get(COOKIE), seconds=SECONDS)
    if ticket is None:
        raise refusal("sign_in_too_late", NotSignedIn)
    return ticket
