"""Commands that take messages off the screen. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ioverse_app import db
from ioverse_app.engine.tokens import estimate
from ioverse_app.errors import Invalid
from ioverse_app.services import conversations
from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.outcome import Outcome, Reply
from ioverse_app.services.commands.registry import command
from ioverse_app.services.notices import BranchChanged, tell_after
from ioverse_app.tables import Message

Role = Literal["user", "system", "assistant", "gpt"]
NAMES = {"user": ("question", "questions"), "assistant": ("answer", "answers")}


@command()
async def clear(desk: Desk) -> Outcome:
    """Empty the chat. What was there is kept, as a version of its first message."""
    return Reply(await put_away(desk) or "There is nothing to clear.")


@command("poplastmessage")
async def pop(desk: Desk, role: Role | None = None) -> Outcome:
    """Take the last message off, or the last one of a role with what follows it."""
    role = "assistant" if role == "gpt" else role
    if role == "system":
        return await _pop_system(desk)
    branch = await desk.still()
    last = next((one for one in reversed(branch) if role in (None, one.role)), None)
    if last is None:
        raise Invalid(f"There is no {role or ''} message to pop.".replace("  ", " "),
                      code="nothing_to_pop")  # fmt: skip
    await _show(desk, last.parent_id)
    return Reply(f"Taken off: {counted(branch[branch.index(last) :])}. It is kept as a version.")


async def put_away(desk: Desk) -> str:
    """Empty the chat, and say what was there; "" when nothing was."""
    branch = await desk.still()
    if not branch:
        return ""
    await _show(desk, None)
    return (
        f"Taken off: {counted(branch)}. Nothing is lost: when you send the next message, "
        "its *Previous version* leads back."
    )


def counted(branch: Sequence[Message]) -> str:
    """How many messages of each role these are, and about how many tokens they have."""
    parts: list[str] = []
    for role, (one, many) in NAMES.items():
        theirs = [message for message in branch if message.role == role]
        tokens = sum(estimate(message.content) for message in theirs)
        if theirs:
            parts.append(
                f"{len(theirs)} {one if len(theirs) == 1 else many} (about {tokens:,} tokens)"
            )
    return " and ".join(parts)


async def _show(desk: Desk, head_id: str | None) -> None:
    async with db.transaction() as session:
        conversation = await conversations.get(session, desk.user, desk.chat_id)
        conversation.head_id = head_id
        tell_after(session, desk.user.id, BranchChanged(conversation.id))


async def _pop_system(desk: Desk) -> Outcome:
    async with desk.settings() as chat:
        if not chat.parameters.get("system_prompt"):
            raise Invalid("There is no system message to pop.", code="nothing_to_pop")
        chat.parameters = {k: v for k, v in chat.parameters.items() if k != "system_prompt"}
    return Reply("The system prompt is the default again.")
