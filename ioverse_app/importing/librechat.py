"""LibreChat's export: one conversation, its messages as a tree or as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ioverse_app.importing.chat import (
    MESSAGES_MAX,
    Facts,
    ImportedChat,
    ImportedMessage,
    NotUnderstood,
    id_of,
    mapping,
    moment,
    sequence,
    text_of,
    title_of,
    tree,
)

NAME = "LibreChat"
NOBODY = "00000000-0000-0000-0000-000000000000"
PROVIDERS = {"openAI": "openai", "anthropic": "anthropic"}


def is_ours(item: Facts) -> bool:
    """Whether this JSON object is a conversation of LibreChat's."""
    return "conversationId" in item and ("messages" in item or "messagesTree" in item)


def read(item: Facts) -> ImportedChat:
    """The chat, with every branch that was exported."""
    provider = PROVIDERS.get(str(item.get("endpoint")), "compatible")
    messages: list[ImportedMessage] = []
    hidden: dict[str, str | None] = {}
    lost = 0
    for message, above in _flat(item.get("messages") or item.get("messagesTree")):
        key = id_of(message.get("messageId"))
        named = id_of(message.get("parentMessageId"))
        parent_id = above if not named else None if named == NOBODY else named
        text, missing = _text(message)
        lost += missing
        if not key or not text.strip():
            hidden[key] = parent_id
            continue
        role = "user" if message.get("isCreatedByUser") is True else "assistant"
        name = text_of(message.get("model"))[:200]
        model = f"{provider}/{name}" if name and role == "assistant" else ""
        at = moment(message.get("createdAt"))
        messages.append(ImportedMessage(key, parent_id, role, text, at, model))
    if not messages:
        raise NotUnderstood("There is no text in it.")
    ordered = tree(messages, hidden)
    return ImportedChat(
        NAME,
        id_of(item.get("conversationId")),
        title_of(item.get("title")),
        ordered,
        messages[-1].id,
        moment(item.get("exportAt")) or messages[-1].at,
        lost=lost,
    )


def _flat(messages: Any) -> Iterator[tuple[Facts, str | None]]:
    """Every message with the id of the one that holds it, without going deep into the stack."""
    waiting = [(message, None) for message in reversed(sequence(messages))]
    count = 0
    while waiting:
        value, above = waiting.pop()
        message = mapping(value)
        count += 1
        if count > MESSAGES_MAX:
            raise NotUnderstood(f"It has more than {MESSAGES_MAX:,} messages.")
        yield message, above
        key = id_of(message.get("messageId")) or above
        waiting += [(child, key) for child in reversed(sequence(message.get("children")))]


def _text(message: Facts) -> tuple[str, int]:
    lost = len(sequence(message.get("files")))
    texts: list[str] = []
    for value in sequence(message.get("content")):
        part = mapping(value)
        inner = part.get("text")
        text = text_of(inner) or text_of(mapping(inner).get("value"))
        if part.get("type") == "text" and text:
            texts.append(text)
        else:
            lost += part.get("type") not in ("think", "text")
    return text_of(message.get("text")) or "\n\n".join(texts), lost
