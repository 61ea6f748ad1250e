"""Accounts for browsers: plain forms that answer with a cookie and the next page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ioverse_app import db
from ioverse_app.api.client import client_of
from ioverse_app.api.cookies import (
    drop_session_cookie,
    drop_typed,
    keep_typed,
    set_session_cookie,
)
from ioverse_app.errors import AppError
from ioverse_app.services import accounts, provider_keys, rates, sessions
from ioverse_app.services.guesses import household
from ioverse_app.services.local_path import local_path
from ioverse_app.services.rates import Kind
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import User

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
    next: Field = "",
) -> RedirectResponse:
    """Make an account, sign in to it, and go on."""
    next = next or _next_of_page(request)
    try:
        await rates.check(Kind.AUTH, household(client_of(request).address))
        if password != confirm_password:
            raise refusal("passwords_differ")
        key = provider_keys.check(provider_key)
        account = await accounts.draft(username, email, password)
        async with db.transaction() as session:
            user = await accounts.register(session, account)
            if key:
                await provider_keys.keep(session, user, "openai", key)
    except AppError as error:
        return _back(request, "/register", error, next, {"username": username, "email": email})
    return await _signed_in(request, user, next, keep=False)


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
    return await _signed_in(request, user, next, keep=bool(keep))


@router.post("/logout")
async def logout(request: Request) -> RedirectResponse:
    """Sign out."""
    async with db.transaction() as session:
        await sessions.end_by_cookie(session, request.cookies.get(sessions.COOKIE, ""))
    response = _see_other("/login")
    drop_session_cookie(response)
    return response


async def _signed_in(request: Request, user: User, next: str, *, keep: bool) -> RedirectResponse:
    """Start a session in place of the browser's old one."""
    async with db.transaction() as session:
        await sessions.end_by_cookie(session, request.cookies.get(sessions.COOKIE, ""))
        token = await sessions.start_browser(session, user, client_of(request), keep=keep)
    response = _see_other(local_path(next))
    set_session_cookie(request, response, token, keep=keep)
    drop_typed(response)
    return response


def _back(
    request: Request, page: str, error: AppError, next: str, typed: dict[str, str]
) -> RedirectResponse:
    """Back to the form, with the reason and everything that was typed but the secrets."""
    query = {"error": error.code} | ({"next": local_path(next)} if next else {})
    response = _see_other(f"{page}?{urlencode(query)}")
    keep_typed(request, response, typed)
    return response


def _next_of_page(request: Request) -> str:
    """Where the form's page was to lead, if it was sent before its script had started."""
    page = urlsplit(request.headers.get("referer", ""))
    return parse_qs(page.query).get("next", [""])[0]


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
