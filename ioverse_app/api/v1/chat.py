"""Chat completions for programs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ioverse_app.api.v1.asked import Body, Who, documented, unless_gone
from ioverse_app.api.v1.streaming import EventStream
from ioverse_app.services.gateway import chat

router = APIRouter(prefix="/v1")

EXAMPLE = documented(
    model="openai/gpt-6-luna", messages=[{"role": "user", "content": "Say hello."}], stream=False
)


@router.post("/chat/completions", openapi_extra=EXAMPLE)
async def completions(request: Request, who: Who, body: Body) -> Response:
    """Answer a conversation, at once or word by word (`stream`)."""
    if body.get("stream"):
        return await EventStream.opened(chat.stream(who, body))
    return JSONResponse(await unless_gone(request, chat.complete(who, body)))
