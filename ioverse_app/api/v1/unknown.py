"""Addresses under `/v1` that lead nowhere."""

from __future__ import annotations

from fastapi import APIRouter, Request

from ioverse_app.errors import NotFound

router = APIRouter(prefix="/v1")


@router.api_route(
    "/{path:path}",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
    include_in_schema=False,
)
async def nowhere(request: Request) -> None:
    """Say so in OpenAI's shape, rather than with a page."""
    raise NotFound(
        f"There is no {request.method} {request.url.path[:100]} here.", code="unknown_url"
    )
