"""What a request to `/v1` says, and who says it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn, TypeVar, cast

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from ioverse_app.api.dependencies import Asking
from ioverse_app.errors import AppError, Invalid
from ioverse_app.services.api_keys import KeyHolder
from ioverse_app.services.gateway.caller import Caller

DEPTH = 64
T = TypeVar("T")


class HungUp(AppError):
    """The client did not wait. Nobody reads this, but the log shows it."""

    status = 499
    code = "client_closed"


async def _caller(asking: Asking) -> Caller:
    return Caller(asking.user, asking.key.id if isinstance(asking, KeyHolder) else None)


async def _body(request: Request) -> dict[str, Any]:
    try:
        return read(await request.body())
    except ClientDisconnect:
        raise HungUp("The request was not sent to its end.") from None


Who = Annotated[Caller, Depends(_caller)]
Body = Annotated[dict[str, Any], Depends(_body)]


def documented(**example: Any) -> dict[str, Any]:
    """What the API's own description says of such a body: an object, with an example."""
    schema = {"type": "object", "example": example}
    return {"requestBody": {"content": {"application/json": {"schema": schema}}, "required": True}}


def read(raw: bytes) -> dict[str, Any]:
    """The JSON object in these bytes; Invalid for anything else, and what could not be sent on."""
    try:
        value = json.loads(raw.decode(), parse_constant=_no_number)
        _check(value)
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as cause:
        raise Invalid("The body is not JSON that can be read.", code="invalid_json") from cause
    if not isinstance(value, dict):
        raise Invalid("The body should be a JSON object.", code="invalid_json")
    return cast("dict[str, Any]", value)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What this work comes to; given up when the client hangs up meanwhile."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise HungUp("Nobody waits for the answer any more.")
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.wait({working, leaving})


async def gone(request: Request) -> None:
    """Wait until the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _check(value: object) -> None:
    """ValueError for what is too deep, or a number that is none."""
    level: list[object] = [value]
    for _ in range(DEPTH):
        inside: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inside += cast("dict[str, object]", each).values()
            elif isinstance(each, list):
                inside += cast("list[object]", each)
            elif isinstance(each, float) and not math.isfinite(each):
                raise ValueError(each)
        if not inside:
            return
        level = inside
    raise ValueError("It is too deep.")


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
