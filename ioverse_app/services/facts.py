"""Facts: what a person wants the model of a chat to know, by short names."""

from __future__ import annotations

from ioverse_app.errors import Invalid
from ioverse_app.services.beginning import Beginning
from ioverse_app.tables import Conversation

MOST = 50
NAME_MAX = 60
VALUE_MAX = 2000


def set(chat: Conversation | Beginning, name: str, value: str) -> None:
    """Keep a fact with a chat, in place of the one that had this name."""
    name, value = name.replace("\x00", "").strip(), value.replace("\x00", "").strip()
    for what, text, most in (("name", name, NAME_MAX), ("value", value, VALUE_MAX)):
        if not text:
            raise _invalid(f"A fact needs a {what}.")
        if len(text) > most:
            raise _invalid(
                f"The {what} of a fact has at most {most:,} characters; this has {len(text):,}."
            )
    if name not in chat.facts and len(chat.facts) >= MOST:
        raise _invalid(f"A chat keeps {MOST} facts at most. Remove one first.")
    chat.facts = {**chat.facts, name: value}


def remove(chat: Conversation | Beginning, name: str) -> None:
    """Forget a fact."""
    if name not in chat.facts:
        raise _invalid(f"There is no fact “{name[:NAME_MAX]}” in this chat.")
    chat.facts = {kept: value for kept, value in chat.facts.items() if kept != name}


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, code="fact_invalid")
