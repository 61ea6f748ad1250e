"""Asking for a response: to wait for, to follow, or to come back to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from ioverse_app.errors import Invalid
from ioverse_app.services.gateway.caller import Caller
from ioverse_app.services.gateway.responses import background
from ioverse_app.services.gateway.responses.envelope import Response
from ioverse_app.services.gateway.responses.producing import Event, Production
from ioverse_app.tables import User


async def stream(who: Caller, body: dict[str, Any]) -> AsyncGenerator[list[Event], None]:
    """The events of a response. Closing it ends it, unless it is one in the background."""
    production = await Production.of(who, body)
    if body.get("background"):
        events = (await background.start(production)).follow()
    else:
        events = production.events()
    async with aclosing(events) as coming:
        async for together in coming:
            yield together


async def complete(who: Caller, body: dict[str, Any]) -> Response:
    """The whole response; of one in the background, that it is queued."""
    production = await Production.of(who, body)
    if body.get("background"):
        queued = dict(production.response)
        await background.start(production)
        return queued
    async with aclosing(production.events()) as events:
        async for _ in events:
            pass
    return production.response


async def again(user: User, response_id: str, after: int) -> AsyncGenerator[list[Event], None]:
    """The events of one in the background after the one with this number."""
    job = background.at_work(user, response_id)
    if job is None:
        await background.current(user, response_id)
        raise Invalid("This response can no longer be streamed. Get it whole.", param="stream")
    async with aclosing(job.follow(after)) as events:
        async for together in events:
            yield together
