"""Responses for programs."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ioverse_app.api.dependencies import CurrentUser
from ioverse_app.api.v1.asked import Body, Who, documented, unless_gone
from ioverse_app.api.v1.streaming import EventStream, named
from ioverse_app.services.gateway.responses import asking, background, stored

router = APIRouter(prefix="/v1")

EXAMPLE = documented(model="openai/gpt-6-luna", input="Say hello.", stream=False, store=True)


@router.post("/responses", openapi_extra=EXAMPLE)
async def create(request: Request, who: Who, body: Body) -> Response:
    """Answer, at once, event by event (`stream`), or while nobody waits (`background`)."""
    if body.get("stream"):
        return await EventStream.opened(asking.stream(who, body), form=named, end=b"")
    return JSONResponse(await unless_gone(request, asking.complete(who, body)))


@router.get("/responses/{response_id}")
async def get(
    response_id: str, user: CurrentUser, stream: bool = False, starting_after: int = -1
) -> Response:
    """A response that was stored; one at work can be followed from any event on."""
    if stream:
        events = asking.again(user, response_id, max(-1, starting_after))
        return await EventStream.opened(events, form=named, end=b"")
    return JSONResponse(await background.current(user, response_id))


@router.delete("/responses/{response_id}")
async def delete(response_id: str, user: CurrentUser) -> dict[str, Any]:
    """Forget a response."""
    await background.delete(user, response_id)
    return {"id": response_id, "object": "response", "deleted": True}


@router.post("/responses/{response_id}/cancel")
async def cancel(response_id: str, user: CurrentUser) -> dict[str, Any]:
    """Stop a response that runs in the background."""
    return await background.cancel(user, response_id)


@router.get("/responses/{response_id}/input_items")
async def input_items(
    response_id: str,
    user: CurrentUser,
    after: str | None = None,
    limit: int = 20,
    order: Literal["asc", "desc"] = "desc",
) -> dict[str, Any]:
    """The items that a response was asked with, newest first."""
    return await stored.input_items(
        user, response_id, after=after, limit=limit, newest_first=order == "desc"
    )
