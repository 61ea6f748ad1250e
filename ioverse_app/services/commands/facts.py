"""The command that keeps facts with a chat."""

from __future__ import annotations

from ioverse_app.services import facts
from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.outcome import Outcome, Reply
from ioverse_app.services.commands.registry import Text, command


@command("addoptionalinfo")
async def info(desk: Desk, key: str | None = None, value: Text | None = None) -> Outcome:
    """Keep a fact with this chat, which its model is told; without a value it is removed.

    Without a key, the facts of this chat are listed.
    """
    if key is None:
        kept = (await desk.look()).facts
        if not kept:
            return Reply("This chat has no facts. Add one: `/info city Seoul`.")
        return Reply("\n".join(f"- **{name}**: {text}" for name, text in kept.items()))
    async with desk.settings() as chat:
        if value is None:
            facts.remove(chat, key)
            return Reply(f"**{key}** is forgotten.")
        facts.set(chat, key, value)
        return Reply(f"**{key}** is {value.strip()}. The model of this chat is told.")
