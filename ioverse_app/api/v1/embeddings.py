"""Embeddings for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ioverse_app.api.v1.asked import Body, Who, documented, unless_gone
from ioverse_app.services.gateway import questions

router = APIRouter(prefix="/v1")

EXAMPLE = documented(model="openai/text-embedding-3-small", input="A text")


@router.post("/embeddings", openapi_extra=EXAMPLE)
async def embeddings(request: Request, who: Who, body: Body) -> dict[str, Any]:
    """The vectors of some texts, from a provider that makes them."""
    return await unless_gone(request, questions.embed(who, body))
