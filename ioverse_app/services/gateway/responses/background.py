"""Responses that are produced while nobody waits, and whoever comes to look at them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from ioverse_app.errors import AppError, Invalid
from ioverse_app.services.gateway.responses import envelope, stored
from ioverse_app.services.gateway.responses.envelope import Response
from ioverse_app.services.gateway.responses.producing import Event, Production
from ioverse_app.tables import User

REMEMBERED_SECONDS = 600.0
"""How long its events can be read again after the end."""

LOST = "The server was started again before this response was complete."
OPEN = ("queued", "in_progress")

_log = logging.getLogger(__name__)


class Job:
    """One production at work."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.events = production.queued()
        self.over = False
        self._more = asyncio.Event()
        self.task = asyncio.create_task(self._work())

    async def follow(self, after: int = -1) -> AsyncGenerator[list[Event], None]:
        """The events after the one with this number: those that were, then those that come."""
        at = after + 1
        while True:
            more = self._more
            if there := self.events[at:]:
                at += len(there)
                yield there
            elif self.over:
                return
            else:
                await more.wait()

    async def _work(self) -> None:
        try:
            async with aclosing(self.production.events()) as events:
                async for together in events:
                    self._tell(together)
        except AppError as error:
            self._tell([await self.production.fail(error)])
        except Exception:
            _log.exception("A response failed")
            error = AppError("Something went wrong here. It has been noted; please try again.")
            self._tell([await self.production.fail(error)])
        finally:
            self.over = True
            self._tell([])

    def _tell(self, events: list[Event]) -> None:
        self.events += events
        waiting, self._more = self._more, asyncio.Event()
        waiting.set()


_jobs: dict[str, Job] = {}


async def start(production: Production) -> Job:
    """Begin, and do not wait."""
    response = production.response
    await production.keep()
    job = _jobs[response["id"]] = Job(production)
    loop = asyncio.get_running_loop()
    job.task.add_done_callback(
        lambda _: loop.call_later(REMEMBERED_SECONDS, _jobs.pop, response["id"], None)
    )
    return job


def at_work(user: User, response_id: str) -> Job | None:
    """The job of this response, if it is this person's and still remembered."""
    job = _jobs.get(response_id)
    return job if job and job.production.who.user.id == user.id else None


async def current(user: User, response_id: str) -> Response:
    """A response as it is now. One that was lost with its process has failed."""
    if job := at_work(user, response_id):
        return job.production.response
    row = await stored.find(user, response_id)
    if row.body.get("status") in OPEN:
        lost = dict(row.body)
        envelope.failed(lost, "server_error", LOST)
        await stored.keep(user, lost, row.input, None)
        return lost
    return row.body


async def cancel(user: User, response_id: str) -> Response:
    """Stop a response that runs in the background; one that is over stays as it is."""
    response: dict[str, Any] = await current(user, response_id)
    if not response["background"]:
        raise Invalid("Only a response in the background can be cancelled.", param="response_id")
    job = at_work(user, response_id)
    if job and response["status"] in OPEN:
        job.task.cancel()
        with suppress(asyncio.CancelledError):
            await job.task
        if response["status"] in OPEN:
            response["status"] = "cancelled"
            await job.production.keep()
    return response


async def delete(user: User, response_id: str) -> None:
    """Forget a response; if it is at work, stop it first."""
    await stored.find(user, response_id)
    if job := at_work(user, response_id):
        job.task.cancel()
        with suppress(asyncio.CancelledError):
            await job.task
        _jobs.pop(response_id, None)
    await stored.delete(user, response_id)


async def close() -> None:
    """Stop what is at work, as the server stops."""
    jobs = [job for job in _jobs.values() if not job.task.done()]
    for job in jobs:
        job.task.cancel()
    await asyncio.gather(*(job.task for job in jobs), return_exceptions=True)
    _jobs.clear()
