"""Moderations for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ioverse_app.api.v1.asked import Body, Who, documented, unless_gone
from ioverse_app.services.gateway import questions

router = APIRouter(prefix="/v1")

EXAMPLE = documented(model="openai/omni-moderation-latest", input="A text")


@router.post("/moderations", openapi_extra=EXAMPLE)
async def moderations(request: Request, who: Who, body: Body) -> dict[str, Any]:
    """Whether some texts are against a provider's rules, from a provider that judges."""
    return await unless_gone(request, questions.moderate(who, body))
