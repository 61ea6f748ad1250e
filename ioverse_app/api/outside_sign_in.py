"""Signing in with an account elsewhere: to the issuer and back."""

from __future__ import annotations

from dataclasses import asdict
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from ioverse_app import db
from ioverse_app.api.addresses import public_address
from ioverse_app.api.arrival import arrive, hand_over, see_other, take_back
from ioverse_app.errors import AppError, NotSignedIn
from ioverse_app.services import identities, issuers, sessions, tickets
from ioverse_app.services.issuers import Errand, Person
from ioverse_app.services.local_path import local_path
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import User

router = APIRouter(prefix="/auth/with", include_in_schema=False)

COOKIE = "ioverse_errand"
SECONDS = 600
CONNECT_SECONDS = 3600
ACCOUNT = "/account/protection"


@router.get("/{name}")
async def go(request: Request, name: str, next: str = "", connect: str = "") -> RedirectResponse:
    """To the issuer. `connect` is the ticket of somebody signed in who wants to add it."""
    errand, facts = Errand.new(), {"issuer": name, "next": local_path(next)}
    try:
        if connect:
            facts["user"] = (await _who_connects(request, connect)).id
        response = see_other(await issuers.get(name).door(_back_to(request, name), errand))
    except AppError as error:
        return _refused(error, connecting=bool(connect), next=next)
    ticket = tickets.issue("errand", **facts, **asdict(errand))
    hand_over(request, response, COOKIE, ticket, SECONDS)
    return response


@router.get("/{name}/back")
async def back(
    request: Request, name: str, code: str = "", state: str = "", error: str = ""
) -> RedirectResponse:
    """From the issuer: sign in, or connect what was to be connected."""
    ticket = tickets.read("errand", request.cookies.get(COOKIE), seconds=SECONDS) or {}
    next, connecting = str(ticket.get("next", "")), "user" in ticket
    try:
        errand = _errand(ticket, name, state)
        if error or not code:
            raise refusal("outside_refused", NotSignedIn)
        person = await issuers.get(name).recognise(_back_to(request, name), errand, code)
        if connecting:
            await _connect(request, str(ticket["user"]), person)
            response = see_other(ACCOUNT)
        else:
            async with db.transaction() as session:
                user = await identities.sign_in(session, person)
            response = await arrive(request, user, next, keep=False)
    except AppError as problem:
        response = _refused(problem, connecting=connecting, next=next)
    take_back(response, COOKIE)
    return response


async def _connect(request: Request, user_id: str, person: Person) -> None:
    """For the one who left to do so, and is still signed in."""
    user = await _signed_in(request)
    if user is None or user.id != user_id:
        raise refusal("sign_in_too_late", NotSignedIn)
    async with db.transaction() as session:
        await identities.connect(session, user, person)


async def _who_connects(request: Request, ticket: str) -> User:
    """Only who got the ticket on the account page, in this browser: no other site can begin it."""
    facts = tickets.read("connect", ticket, seconds=CONNECT_SECONDS)
    user = await _signed_in(request)
    if facts is None or user is None or facts["user"] != user.id:
        raise refusal("sign_in_too_late", NotSignedIn)
    return user


async def _signed_in(request: Request) -> User | None:
    async with db.reading() as session:
        return await sessions.user_of_cookie(session, request.cookies.get(sessions.COOKIE, ""))


def _errand(ticket: dict[str, Any], name: str, state: str) -> Errand:
    """What this browser left for. NotSignedIn if it did not, or for another issuer."""
    if not ticket or ticket["issuer"] != name:
        raise refusal("sign_in_too_late", NotSignedIn)
    if not compare_digest(str(ticket["state"]).encode(), state.encode()):
        raise refusal("outside_refused", NotSignedIn)
    return Errand(ticket["state"], ticket["nonce"], ticket["verifier"])


def _back_to(request: Request, name: str) -> str:
    return f"{public_address(request)}/auth/with/{name}/back"


def _refused(error: AppError, *, connecting: bool, next: str) -> RedirectResponse:
    query = {"error": error.code} | ({"next": local_path(next)} if next else {})
    return see_other(f"{ACCOUNT if connecting else '/login'}?{urlencode(query)}")
