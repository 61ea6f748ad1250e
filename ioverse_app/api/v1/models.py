"""The models that a program may ask."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from ioverse_app.api.dependencies import CurrentUser
from ioverse_app.providers.provider import Model
from ioverse_app.services.gateway import caller

router = APIRouter(prefix="/v1")


@router.get("/models")
async def models(user: CurrentUser) -> dict[str, Any]:
    """The models that this key may use, in the order of the picker."""
    return {"object": "list", "data": [_out(one) for one in await caller.models(user)]}


@router.get("/models/{model:path}")
async def model(model: str, user: CurrentUser) -> dict[str, Any]:
    """One of them."""
    return _out(await caller.model(user, model))


def _out(model: Model) -> dict[str, Any]:
    """A model in OpenAI's shape; nobody tells when it was made."""
    ends_on = model.ends_on.isoformat() if model.ends_on else None
    return {
        "id": model.ref,
        "object": "model",
        "created": 0,
        "owned_by": model.provider,
        "shutdown_date": ends_on,
    }
