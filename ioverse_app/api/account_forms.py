"""Accounts for browsers: plain forms that answer with a cookie and the next page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ioverse_app import db
from ioverse_app.api.arrival import arrive
from ioverse_app.api.client import client_of
from ioverse_app.api.cookies import drop_session_cookie, keep_typed
from ioverse_app.errors import AppError
from ioverse_app.services import accounts, email_change, provider_keys, rates, recovery, sessions
from ioverse_app.services.guesses import household
from ioverse_app.services.local_path import local_path
from ioverse_app.services.rates import Kind
from ioverse_app.services.refusals import refusal

router = APIRouter(prefix="/auth", include_in_schema=False)

Field = Annotated[str, Form()]


@router.post("/register")
async def register(
    request: Request,
    username: Field = "",
    email: Field = "",
    password: Field = "",
    confirm_password: Field = "",
    provider_key: Field = "",
    invitation: Field = "",
    next: Field = "",
) -> RedirectResponse:
    """Make an account, sign in to it, and go on."""
    next = next or _next_of_page(request)
    try:
        await rates.check(Kind.AUTH, household(client_of(request).address))
        if password != confirm_password:
            raise refusal("passwords_differ")
        key = provider_keys.check(provider_key)
        account = await accounts.draft(username, email, password, invitation=invitation)
        async with db.transaction() as session:
            user = await accounts.register(session, account)
            if key:
                await provider_keys.keep(session, user, provider_keys.first(), key)
    except AppError as error:
        typed = {"username": username, "email": email}
        return _back(request, "/register", error, next, typed, invitation=invitation)
    return await arrive(request, user, next, keep=False)


@router.post("/login")
async def login(
    request: Request,
    login: Field = "",
    password: Field = "",
    keep: Field = "",
    next: Field = "",
) -> RedirectResponse:
    """Sign in, and go on."""
    next = next or _next_of_page(request)
    try:
        await rates.check(Kind.AUTH, household(client_of(request).address))
        user = await accounts.sign_in(login, password, address=client_of(request).address)
    except AppError as error:
        return _back(request, "/login", error, next, {"login": login, "keep": keep})
    return await arrive(request, user, next, keep=bool(keep))


@router.post("/logout")
async def logout(request: Request) -> RedirectResponse:
    """Sign out."""
    async with db.transaction() as session:
        await sessions.end_by_cookie(session, request.cookies.get(sessions.COOKIE, ""))
    response = _see_other("/login")
    drop_session_cookie(response)
    return response


@router.post("/forgot-password")
async def forgot_password(request: Request, login: Field = "") -> RedirectResponse:
    """Mail a link, to whoever there is; the answer is the same."""
    try:
        recovery.forgotten(login, address=client_of(request).address)
    except AppError as error:
        return _back(request, "/forgot-password", error, "", {"login": login})
    return _see_other("/forgot-password?done=mailed")


@router.post("/reset-password")
async def reset_password(
    request: Request, token: Field = "", password: Field = "", confirm_password: Field = ""
) -> RedirectResponse:
    """Choose a new password with a mailed link, then sign in with it."""
    try:
        if password != confirm_password:
            raise refusal("passwords_differ")
        await recovery.reset(token, password)
    except AppError as error:
        return _back(request, "/reset-password", error, "", {}, token=token)
    response = _see_other("/login?done=password_changed")
    drop_session_cookie(response)
    return response


@router.post("/confirm-email")
async def confirm_email(request: Request, token: Field = "") -> RedirectResponse:
    """Open a link that was mailed to a new address."""
    try:
        await email_change.confirm(token)
    except AppError as error:
        return _back(request, "/confirm-email", error, "", {}, token=token)
    return _see_other("/login?done=email_confirmed&next=/account/security")


def _back(
    request: Request,
    page: str,
    error: AppError,
    next: str,
    typed: dict[str, str],
    **links: str,
) -> RedirectResponse:
    """Back to the form, with the reason and everything that was typed but the secrets.

    `links` are what the page's own address came with, without which its form is worth nothing.
    """
    query = {"error": error.code} | ({"next": local_path(next)} if next else {})
    query |= {name: value[:200] for name, value in links.items() if value}
    response = _see_other(f"{page}?{urlencode(query)}")
    keep_typed(request, response, typed)
    return response


def _next_of_page(request: Request) -> str:
    """Where the form's page was to lead, if it was sent before its script had started."""
    page = urlsplit(request.headers.get("referer", ""))
    return parse_qs(page.query).get("next", [""])[0]


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
