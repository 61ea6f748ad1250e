"""Commands that have the model answer."""

from __future__ import annotations

from ioverse_app.errors import Invalid
from ioverse_app.services import runs
from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.outcome import Ask, Begun, Outcome
from ioverse_app.services.commands.registry import command

SUMMARIZE = (
    "Summarize our conversation so far, in the language that we have used. Begin with one "
    "sentence that says what it is about. Then list the important points, decisions and open "
    "questions, each in one line. Add nothing that was not said."
)


@command()
async def retry(desk: Desk) -> Outcome:
    """Ask the last question again. The answer that was there stays as a version."""
    branch = await desk.still()
    if not branch:
        raise Invalid("There is no message to retry.", code="nothing_to_retry")
    last = branch[-1]
    if last.role == "user":
        return Begun(await runs.edit(desk.user, last.id, last.content, model=desk.model))
    return Begun(await runs.retry(desk.user, last.id, model=desk.model))


@command("summarise")
async def summarize(desk: Desk) -> Outcome:
    """Ask the model for a summary of this conversation."""
    if not await desk.still():
        raise Invalid("There is nothing to summarize yet.", code="nothing_to_summarize")
    return Ask(SUMMARIZE)
