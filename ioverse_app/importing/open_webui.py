"""Open WebUI's export: a list of chats with a history of messages."""

from __future__ import annotations

import re
from typing import Any

from ioverse_app.importing.chat import (
    Facts,
    ImportedChat,
    ImportedMessage,
    NotUnderstood,
    few,
    id_of,
    mapping,
    moment,
    sequence,
    text_of,
    title_of,
    tree,
)

NAME = "Open WebUI"
_THOUGHT = re.compile(r'<details type="reasoning".*?</details>\s*', re.S)


def is_ours(item: Facts) -> bool:
    """Whether this JSON object is a chat of Open WebUI's, by itself or inside its row."""
    chat = mapping(item.get("chat")) or item
    return isinstance(mapping(chat.get("history")).get("messages"), dict)


def read(item: Facts) -> ImportedChat:
    """The chat, with every branch."""
    chat = mapping(item.get("chat")) or item
    history = mapping(chat.get("history"))
    messages: list[ImportedMessage] = []
    hidden: dict[str, str | None] = {}
    lost = 0
    for key in few(list(mapping(history.get("messages")))):
        message = mapping(history["messages"][key])
        parent_id = id_of(message.get("parentId")) or None
        text, missing = _text(message)
        lost += missing
        role = message.get("role")
        if role not in ("user", "assistant") or not text.strip():
            hidden[key] = parent_id
            continue
        name = text_of(message.get("model"))[:200]
        model = f"compatible/{name}" if name and role == "assistant" else ""
        at = moment(message.get("timestamp"))
        messages.append(ImportedMessage(key, parent_id, role, text, at, model))
    if not messages:
        raise NotUnderstood("There is no text in it.")
    known = {message.id for message in messages}
    head_id = id_of(history.get("currentId")) or None
    while head_id is not None and head_id not in known:
        head_id = hidden.pop(head_id, None)
    return ImportedChat(
        NAME,
        id_of(item.get("id")) or id_of(chat.get("id")),
        title_of(item.get("title")) or title_of(chat.get("title")),
        tree(messages, hidden),
        head_id,
        moment(item.get("updated_at")) or moment(chat.get("timestamp")),
        archived=item.get("archived") is True,
        pinned=item.get("pinned") is True,
        lost=lost,
    )


def _text(message: Facts) -> tuple[str, int]:
    content: Any = message.get("content")
    lost = len(sequence(message.get("files")))
    if isinstance(content, list):
        parts = [mapping(part) for part in content]
        texts = [text_of(part.get("text")) for part in parts]
        return "\n\n".join(filter(None, texts)), lost + texts.count("")
    return _THOUGHT.sub("", text_of(content)), lost
