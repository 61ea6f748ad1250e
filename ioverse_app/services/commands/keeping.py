"""Commands about the chat as a whole: its title, its context, a copy to keep."""

from __future__ import annotations

from typing import Literal

from ioverse_app import db
from ioverse_app.services import conversations, parameters, shares, titles, translations
from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.history import counted
from ioverse_app.services.commands.outcome import Outcome, Reply
from ioverse_app.services.commands.registry import Text, command

EXPORTS = {
    "pdf": "PDF",
    "markdown": "Markdown",
    "html": "HTML",
    "docx": "DOCX",
    "json": "JSON",
}


@command("rename")
async def title(desk: Desk, text: Text | None = None) -> Outcome:
    """Give the chat a title, or ask the model for one."""
    if desk.conversation_id is None and text is not None:
        async with desk.settings() as chat:
            chat.title = conversations.checked_title(text)
        return Reply(f"The chat will be called **{chat.title}**.")
    found = text or await titles.found(desk.user, desk.chat_id, await desk.ref())
    async with db.transaction() as session:
        renamed = await conversations.rename(session, desk.user, desk.chat_id, found)
    return Reply(f"The chat is called **{renamed.title}** now.")


@command("test")
async def context(desk: Desk) -> Outcome:
    """Show what the next answer is asked with: model, parameters, languages, messages."""
    chat, profile, branch = await desk.look(), await desk.profile(), await desk.branch()
    given = parameters.fitted(profile, chat.parameters)
    names = translations.pair(chat)
    rows = {
        "Model": profile.label,
        "Window": f"{profile.context_window:,} tokens",
        "Messages": counted(branch) or "none",
        "Facts": ", ".join(chat.facts) or "none",
        "Translation": " ⇄ ".join(names) if names else "off",
    }
    for one in parameters.offered(profile):
        value = given.get(one.name, profile.defaults.get(one.name))
        if value is not None:
            rows[one.label] = f"{value}"
    lines = [f"| {name} | {_cell(value)} |" for name, value in rows.items()]
    return Reply("\n".join(["| | |", "| --- | --- |", *lines]))


@command()
async def export(
    desk: Desk, format: Literal["pdf", "markdown", "html", "docx", "json"] = "pdf"
) -> Outcome:
    """Download the chat as a document for reading, or as JSON with every version."""
    await desk.look()
    link = f"/api/chats/{desk.chat_id}/export?format={format}"
    return Reply(f"[Download this chat as {EXPORTS[format]}]({link})")


@command()
async def share(desk: Desk, hours: int = shares.HOURS) -> Outcome:
    """Make a link by which anybody who has it reads this chat as it is now, for so many hours."""
    terms = await shares.terms(hours=hours)
    async with db.transaction() as session:
        _, token = await shares.create(session, desk.user, desk.chat_id, terms)
    link = f"{desk.address}/share/{token}"
    return Reply(
        f"Whoever has this link can read this chat for {hours} hours: <{link}>\n\n"
        "It cannot be shown again. *Share* in the menu of the chat takes it back."
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")[:300]
