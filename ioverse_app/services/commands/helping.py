"""Commands that only say something: help, an echo, a sign of life."""

from __future__ import annotations

import re

from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.outcome import Outcome, Reply
from ioverse_app.services.commands.registry import Text, command, find, known


@command("commands")
async def help(_: Desk, name: str | None = None) -> Outcome:
    """List the commands, or tell about one of them."""
    if name is not None:
        one = find(name.removeprefix("/"))
        also = ", ".join(f"`/{alias}`" for alias in one.aliases)
        return Reply(f"`{one.usage}`\n\n{one.help}" + (f"\n\nAlso: {also}" if also else ""))
    lines = [f"- `{one.usage}`: {one.help.splitlines()[0]}" for one in known()]
    lines.append("\nTo send a message that begins with a slash, write two: `//like this`.")
    return Reply("\n".join(lines))


@command()
async def ping(_: Desk) -> Outcome:
    """Say pong, to see that the server is there."""
    return Reply("pong")


@command()
async def echo(_: Desk, text: Text) -> Outcome:
    """Show a text as a message of the model would look."""
    return Reply(text)


@command()
async def codeblock(_: Desk, language: str, code: Text) -> Outcome:
    """Show code as a block in this language."""
    runs = [len(run) for run in re.findall(r"`{3,}", code)]
    fence = "`" * max([2, *runs], default=2) + "`"
    return Reply(f"{fence}{language.strip('`')}\n{code}\n{fence}")
