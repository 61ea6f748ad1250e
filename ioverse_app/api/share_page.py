"""What a share link shows to a stranger: one page without script, made by the server."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ioverse_app import db, security, storage
from ioverse_app.api.client import came_by_https, client_of
from ioverse_app.errors import AppError, NotFound, NotSignedIn
from ioverse_app.rendering.html import fragment
from ioverse_app.services import sessions, shares
from ioverse_app.tables import Share, User

router = APIRouter(prefix="/share", include_in_schema=False)

PASS_SECONDS = 3600
"""How long a browser that came in may read on, or load the page again."""

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)


def _markdown(text: str, number: int) -> Markup:
    """Markdown as HTML, in which only what the renderer wrote is not escaped."""
    return Markup(fragment(text, f"m{number}"))  # noqa: S704


_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_pages.filters["markdown"] = _markdown  # pyright: ignore[reportArgumentType]


def page_of(name: str, *, status: int = 200, framed: bool = False, **values: Any) -> HTMLResponse:
    """One of the pages. Only this site's own frames may show it, when it is `framed` at all."""
    policy = _POLICY + ("'self'" if framed else "'none'")
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return HTMLResponse(_pages.get_template(name).render(**values), status, headers)


@router.get("/{token}", response_model=None)
async def read(token: str, request: Request) -> Response:
    """The shared conversation, or the door before it."""
    try:
        async with db.reading() as session:
            share = await shares.by_token(session, token)
        if not _came_in(request, share):
            if shares.has_door(share):
                return _door(share)
            await _count(request, share)
        async with db.reading() as session:
            shown = await shares.content(session, share)
    except AppError as error:
        return _dead(error)
    page = page_of(
        "share.html",
        shared=shown,
        until=_day(share.expires_at),
        copy_path=f"/share/{token}/copy" if await _reader(request) else "",
        pictures=f"/share/{token}/pictures",
    )
    _let_in(request, page, share)
    return page


@router.get("/{token}/pictures/{file_id}", response_model=None)
async def picture(token: str, file_id: str, request: Request) -> Response:
    """A picture of the conversation, for who came in."""
    async with db.reading() as session:
        share = await shares.by_token(session, token)
        if shares.has_door(share) and not _came_in(request, share):
            raise NotFound(shares.DEAD, code="share_not_found")
        found = await shares.picture(session, share, file_id)
    policy = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    path = await storage.find(found.stored)
    return FileResponse(path, headers={**_HEADERS, **policy}, media_type=found.media_type)


@router.post("/{token}", response_model=None)
async def enter(token: str, request: Request, password: Annotated[str, Form()] = "") -> Response:
    """Open the door with a password, or take one of a few views."""
    try:
        async with db.reading() as session:
            share = await shares.by_token(session, token)
        try:
            await shares.check_password(share, password, client_of(request).address)
        except AppError as error:
            return _door(share, error)
        await _count(request, share)
    except AppError as error:
        return _dead(error)
    response = _see_other(f"/share/{token}")
    _let_in(request, response, share)
    return response


@router.post("/{token}/copy", response_model=None)
async def copy(token: str, request: Request) -> Response:
    """Go on with the conversation in a chat of one's own."""
    try:
        async with db.reading() as session:
            share = await shares.by_token(session, token)
            shown = await shares.content(session, share)
        if not _came_in(request, share) and shares.has_door(share):
            return _door(share)
    except AppError as error:
        return _dead(error)
    reader = await _reader(request)
    if reader is None:
        return _see_other("/login")
    async with db.transaction() as session:
        conversation = await shares.copy(session, reader, shown)
    return _see_other(f"/chat/{conversation.id}")


def _door(share: Share, error: AppError | None = None) -> HTMLResponse:
    """What is shown before anything of the conversation is: not even its title."""
    left = share.views_max - share.views if share.views_max is not None else None
    if left is not None and left <= 0:
        return _dead(AppError(shares.DEAD))
    page = page_of(
        "share_door.html",
        status=error.status if error else 200,
        needs_password=share.password_hash is not None,
        left=left,
        problem=error.message if error else "",
    )
    if error is not None and (wait := getattr(error, "retry_after", None)):
        page.headers["Retry-After"] = str(int(wait) + 1)
    return page


def _dead(error: AppError) -> HTMLResponse:
    status = error.status if error.status in (404, 410) else 410
    return page_of("share_dead.html", status=status, sentence=shares.DEAD)


async def _count(request: Request, share: Share) -> None:
    async with db.transaction() as session:
        await shares.count_view(session, share, client_of(request).user_agent)


async def _reader(request: Request) -> User | None:
    """Who reads, if it is somebody with an account here."""
    cookie = request.cookies.get(sessions.COOKIE)
    if not cookie:
        return None
    async with db.reading() as session:
        try:
            signed_in = await sessions.by_cookie(session, cookie)
        except NotSignedIn:
            return None
    return signed_in.user if signed_in else None


def _pass_name(share: Share) -> str:
    return f"ioverse_share_{share.id[-12:]}"


def _let_in(request: Request, response: Response, share: Share) -> None:
    """Let this browser read on for an hour, also when the views are used up meanwhile."""
    until = int(time.time()) + PASS_SECONDS
    response.set_cookie(
        _pass_name(share),
        security.seal(json.dumps([share.id, until])),
        max_age=PASS_SECONDS,
        path="/share",
        httponly=True,
        samesite="lax",
        secure=came_by_https(request),
    )


def _came_in(request: Request, share: Share) -> bool:
    try:
        share_id, until = json.loads(security.unseal(request.cookies.get(_pass_name(share), "")))
    except (security.SealBroken, ValueError, TypeError):
        return False
    return share_id == share.id and until > time.time()


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, headers=_HEADERS)


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%-d %B %Y, %H:%M} UTC" if moment else None
