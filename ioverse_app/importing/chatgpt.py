"""ChatGPT's export: `conversations.json`, each a mapping of nodes."""

from __future__ import annotations

from typing import Any

from ioverse_app.importing.chat import (
    Facts,
    ImportedChat,
    ImportedMessage,
    NotUnderstood,
    fenced,
    few,
    id_of,
    mapping,
    moment,
    sequence,
    text_of,
    title_of,
    tree,
)

NAME = "ChatGPT"


def is_ours(item: Facts) -> bool:
    """Whether this JSON object is a conversation of ChatGPT's."""
    return isinstance(item.get("mapping"), dict)


def read(item: Facts) -> ImportedChat:
    """The chat, with every branch."""
    nodes = mapping(item.get("mapping"))
    few(list(nodes))
    hidden: dict[str, str | None] = {}
    messages: list[ImportedMessage] = []
    lost = 0
    for key, value in nodes.items():
        node = mapping(value)
        parent_id = id_of(node.get("parent")) or None
        message = mapping(node.get("message"))
        text, missing = _text(message)
        lost += missing
        role = mapping(message.get("author")).get("role")
        facts = mapping(message.get("metadata"))
        unseen = facts.get("is_visually_hidden_from_conversation") or message.get(
            "recipient", "all"
        ) not in ("all", None)
        if role not in ("user", "assistant") or not text.strip() or unseen:
            hidden[key] = parent_id
            continue
        slug = text_of(facts.get("model_slug"))[:100]
        model = f"openai/{slug}" if slug and role == "assistant" else ""
        at = moment(message.get("create_time"))
        messages.append(ImportedMessage(key, parent_id, role, text, at, model))
    if not messages:
        raise NotUnderstood("There is no text in it.")
    head_id = id_of(item.get("current_node")) or None
    known = {message.id for message in messages}
    while head_id is not None and head_id not in known:
        head_id = hidden.pop(head_id, None)
    return ImportedChat(
        NAME,
        id_of(item.get("conversation_id")) or id_of(item.get("id")),
        title_of(item.get("title")),
        tree(messages, hidden),
        head_id,
        moment(item.get("update_time")) or moment(item.get("create_time")),
        archived=item.get("is_archived") is True,
        lost=lost,
    )


def _text(message: Facts) -> tuple[str, int]:
    """The text of a message, and how many of its parts are no text."""
    content = mapping(message.get("content"))
    match content.get("content_type"):
        case "text" | "multimodal_text":
            return _parts(sequence(content.get("parts")))
        case "code":
            language = text_of(content.get("language"))
            code = text_of(content.get("text"))
            return fenced(code, "" if language == "unknown" else language), 0
        case "thoughts" | "reasoning_recap" | "user_editable_context" | None:
            return "", 0
        case _:
            return text_of(content.get("text")) or text_of(content.get("result")), 1


def _parts(parts: Any) -> tuple[str, int]:
    texts: list[str] = []
    lost = 0
    for part in parts:
        if isinstance(part, str):
            texts.append(text_of(part))
        elif text := text_of(mapping(part).get("text")):
            texts.append(text)
        else:
            lost += 1
    return "\n\n".join(text for text in texts if text.strip()), lost
