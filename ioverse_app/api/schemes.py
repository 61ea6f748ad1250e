"""The ways to say who asks, as the OpenAPI document names them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBase
from fastapi.security.base import SecurityBase

from ioverse_app.services.sessions import COOKIE
from ioverse_app.services.signatures import SCHEME


class Way(SecurityBase):
    """One of them. What comes is read in one place for all, see `dependencies.asking`."""

    def __init__(self, name: str, model: HTTPBase | APIKey) -> None:
        self.scheme_name = name
        self.model = model

    async def __call__(self) -> None:
        """It is there for the document."""


_TOKEN = "An access token of `POST /api/login`, or an API key."  # noqa: S105
_SIGNED = "The request is signed with an API key, which does not travel itself."
TOKEN = Way("token", HTTPBase(scheme="bearer", description=_TOKEN))
SIGNATURE = Way("signature", HTTPBase(scheme=SCHEME, description=_SIGNED))
BROWSER = Way(
    "browser",
    APIKey.model_validate(
        {"in": APIKeyIn.cookie, "name": COOKIE, "description": "The session of a browser."}
    ),
)


async def any_way(
    _token: Annotated[None, Depends(TOKEN)],
    _signature: Annotated[None, Depends(SIGNATURE)],
    _browser: Annotated[None, Depends(BROWSER)],
) -> None:
    """One of them is enough."""
