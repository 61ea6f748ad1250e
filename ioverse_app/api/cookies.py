"""The cookies of a browser: its session, and what was typed into a refused form."""

from __future__ import annotations

import json
from urllib.parse import quote

from fastapi import Request, Response

from ioverse_app.api.client import came_by_https
from ioverse_app.services import sessions

TYPED_COOKIE = "ioverse_typed"


def set_session_cookie(request: Request, response: Response, token: str, *, keep: bool) -> None:
    """Sign the browser in: until it is closed, or for 30 days. No script can read it."""
    response.set_cookie(
        sessions.COOKIE,
        token,
        max_age=int(sessions.KEPT_LIFETIME.total_seconds()) if keep else None,
        httponly=True,
        samesite="lax",
        secure=came_by_https(request),
    )


def drop_session_cookie(response: Response) -> None:
    """Sign the browser out."""
    response.delete_cookie(sessions.COOKIE, httponly=True, samesite="lax")


def keep_typed(request: Request, response: Response, typed: dict[str, str]) -> None:
    """Hand what was typed back to the form for two minutes. Never put a secret in here."""
    short = {name: value[:200] for name, value in typed.items()}  # browsers drop over 4 KB
    response.set_cookie(
        TYPED_COOKIE,
        quote(json.dumps(short, ensure_ascii=False)),
        max_age=120,
        samesite="strict",
        secure=came_by_https(request),
    )


def drop_typed(response: Response) -> None:
    """Forget what was typed."""
    response.delete_cookie(TYPED_COOKIE, samesite="strict")
