"""The command that has a chat translated."""

from __future__ import annotations

from ioverse_app.errors import Invalid
from ioverse_app.services import languages, translations
from ioverse_app.services.commands.desk import Chat, Desk
from ioverse_app.services.commands.outcome import Outcome, Reply
from ioverse_app.services.commands.registry import command

USUAL = "English"
BETWEEN = {"to", "into", "and", "->", "→", "⇄"}


@command()
async def translate(desk: Desk, *languages: str) -> Outcome:
    """Translate between your language and the model's, such as `Korean English`; or `off`.

    The question is put into the model's language before it is sent, and the answer into yours.
    Both texts are kept. The model's language is English unless you name another.
    """
    if not languages:
        return Reply(_told(await desk.look()))
    async with desk.settings() as chat:
        if [one.lower() for one in languages] in (["off"], ["none"], ["stop"]):
            translations.end(chat)
        else:
            translations.set(chat, *_two(list(languages)))
        return Reply(_told(chat))


def _two(words: list[str]) -> tuple[str, str]:
    """The two languages that these words name; names may have several words."""
    words = [word.strip(",") for word in words if word.lower() not in BETWEEN]
    for end in range(1, len(words)):
        theirs, models = " ".join(words[:end]), " ".join(words[end:])
        if languages.known(theirs) and languages.known(models):
            return theirs, models
    if languages.known(" ".join(words)):
        return " ".join(words), USUAL
    for word in words:
        languages.find(word)  # says which one is not known
    raise Invalid("Name two languages: yours, and the model's.", code="languages_unclear")


def _told(chat: Chat) -> str:
    names = translations.pair(chat)
    if names is None:
        return "Nothing is translated in this chat."
    theirs, models = names
    return (
        f"What you write in **{theirs}** is put to the model in **{models}**, and its answers "
        f"come back in {theirs}. The chat's own model translates. `/translate off` ends it."
    )
