"""Translation: the languages of a conversation, and what is to be translated for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from ioverse_app.engine.translating import Translation
from ioverse_app.errors import Invalid
from ioverse_app.providers.catalogue import Profile
from ioverse_app.services import languages
from ioverse_app.services.beginning import Beginning
from ioverse_app.tables import Conversation, Message

TEMPERATURE = 0.2


def set(chat: Conversation | Beginning, language: str, model_language: str) -> None:
    """Translate between these languages, given by their names or codes, from now on."""
    theirs, models = languages.find(language), languages.find(model_language)
    if theirs == models:
        raise Invalid(
            f"Both languages are {theirs.name}. Name the one that you write, and then the one "
            "that the model is to be asked in.",
            code="languages_same",
        )
    chat.language, chat.model_language = theirs.code, models.code


def end(chat: Conversation | Beginning) -> None:
    """Translate nothing any more. What was translated stays."""
    chat.language = chat.model_language = None


def pair(chat: Conversation | Beginning) -> tuple[str, str] | None:
    """The names of the person's language and the model's, while a chat is translated."""
    if not (chat.language and chat.model_language):
        return None
    return languages.find(chat.language).name, languages.find(chat.model_language).name


def wanted(
    conversation: Conversation, profile: Profile, history: Sequence[Message], answer: Message
) -> Translation | None:
    """What is to be translated for this answer, which follows the messages of `history`."""
    names = pair(conversation)
    if names is None:
        return None
    asked = next((one for one in reversed(history) if one.role == "user"), None)
    question = asked.content if asked and not (asked.translation or answer.content) else ""
    given = {"temperature": TEMPERATURE, "reasoning_effort": profile.least_effort}
    parameters = {name: value for name, value in given.items() if name in profile.parameters}
    return Translation(*names, question, {k: v for k, v in parameters.items() if v is not None})
