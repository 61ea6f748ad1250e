"""Commands: a message that begins with a slash. A new one is one function with `@command`."""

from __future__ import annotations

from ioverse_app.config import settings
from ioverse_app.services.beginning import Beginning
from ioverse_app.services.commands import (
    answering,
    facts,
    helping,
    history,
    keeping,
    language,
    setting,
)
from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.outcome import Ask, Begun, Outcome, Reply
from ioverse_app.services.commands.reading import is_command, literal, parted
from ioverse_app.services.commands.registry import Known, called, find, known
from ioverse_app.tables import User

__all__ = [
    "Ask",
    "Begun",
    "Known",
    "Outcome",
    "Reply",
    "is_command",
    "known",
    "literal",
    "name_of",
    "run",
]

GROUPS = (helping, setting, language, facts, history, answering, keeping)
"""Where the commands are: importing them is what registers them."""


async def run(
    user: User,
    conversation_id: str | None,
    text: str,
    *,
    model: str | None = None,
    beginning: Beginning | None = None,
    address: str = "",
) -> Outcome:
    """Do what a command says, in a conversation or in a chat that has not begun.

    The latter keeps what is set in `beginning`. Links begin with `address`. Raises Invalid for a
    command that is not there or not written so, with a sentence that says how it is.
    """
    name, rest = parted(text)
    command = find(name)
    desk = Desk(user, conversation_id, model, beginning, address or settings().address)
    return await command.function(desk, *called(command, rest))


def name_of(text: str) -> str:
    """The command that a text begins with, as it was typed."""
    return f"/{parted(text)[0]}"
