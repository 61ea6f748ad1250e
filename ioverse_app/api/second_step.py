"""The second step of a browser's sign-in: the code."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ioverse_app.api.arrival import enter, see_other, waiting
from ioverse_app.errors import AppError
from ioverse_app.services import second_factor

router = APIRouter(prefix="/auth", include_in_schema=False)


@router.post("/code")
async def code(request: Request, code: Annotated[str, Form()] = "") -> RedirectResponse:
    """Check the code, and go on."""
    found = await waiting(request)
    if found is None:
        return see_other("/login?error=sign_in_too_late")
    user, ticket = found
    try:
        await second_factor.check(user.id, code)
    except AppError as error:
        return see_other(f"/login/code?{urlencode({'error': error.code})}")
    return await enter(request, user, str(ticket["next"]), keep=bool(ticket["keep"]))
