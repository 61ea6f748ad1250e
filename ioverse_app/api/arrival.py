"""What happens once a browser has shown who it is: the code first, if one is needed."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from ioverse_app import db, security
from ioverse_app.api.client import came_by_https, client_of
from ioverse_app.api.cookies import drop_typed, set_session_cookie
from ioverse_app.services import second_factor, sessions, tickets
from ioverse_app.services.local_path import local_path
from ioverse_app.tables import User

STEP_COOKIE = "ioverse_step"
STEP_SECONDS = 600


async def arrive(request: Request, user: User, next: str, *, keep: bool) -> RedirectResponse:
    """Go on to where one was going, signed in, or to the page that asks for the code."""
    async with db.reading() as session:
        needs_code = await second_factor.is_on(session, user.id)
    if not needs_code:
        return await enter(request, user, next, keep=keep)
    response = see_other("/login/code")
    ticket = tickets.issue(
        "code", user=user.id, password=_password_of(user), next=local_path(next), keep=keep
    )
    hand_over(request, response, STEP_COOKIE, ticket, STEP_SECONDS)
    drop_typed(response)
    return response


async def waiting(request: Request) -> tuple[User, dict[str, Any]] | None:
    """Who has shown the first factor and not yet the second; None if that was too long ago."""
    ticket = tickets.read("code", request.cookies.get(STEP_COOKIE), seconds=STEP_SECONDS)
    if ticket is None:
        return None
    async with db.reading() as session:
        user = await session.get(User, str(ticket["user"]))
    if user is None or user.blocked_at is not None or _password_of(user) != ticket["password"]:
        return None
    return user, ticket


async def enter(request: Request, user: User, next: str, *, keep: bool) -> RedirectResponse:
    """Start a session in place of the browser's old one, and go on."""
    response = see_other(local_path(next))
    await start_session(request, response, user, keep=keep)
    return response


async def start_session(request: Request, response: Response, user: User, *, keep: bool) -> None:
    """Start a session in place of the browser's old one."""
    async with db.transaction() as session:
        await sessions.end_by_cookie(session, request.cookies.get(sessions.COOKIE, ""))
        token = await sessions.start_browser(session, user, client_of(request), keep=keep)
    set_session_cookie(request, response, token, keep=keep)
    take_back(response, STEP_COOKIE)
    drop_typed(response)


def hand_over(request: Request, response: Response, name: str, ticket: str, seconds: int) -> None:
    """Give the browser a ticket for our own routes; no script can read it."""
    response.set_cookie(
        name,
        ticket,
        max_age=seconds,
        path="/auth",
        httponly=True,
        samesite="lax",
        secure=came_by_https(request),
    )


def take_back(response: Response, name: str) -> None:
    """A ticket that has been used."""
    response.delete_cookie(name, path="/auth", httponly=True, samesite="lax")


def see_other(path: str) -> RedirectResponse:
    """The answer to a form: another page."""
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})


def _password_of(user: User) -> str:
    """A new password ends every sign-in that was begun with the old one."""
    return security.fingerprint(user.password_hash)
