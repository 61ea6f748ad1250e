"""Claude's export: `conversations.json`, each a list of messages."""

from __future__ import annotations

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

NAME = "Claude"
ROLES = {"human": "user", "user": "user", "assistant": "assistant"}
NOBODY = "00000000-0000-4000-8000-000000000000"
"""The parent of a first message."""


def is_ours(item: Facts) -> bool:
    """Whether this JSON object is a conversation of Claude's."""
    return isinstance(item.get("chat_messages"), list)


def read(item: Facts) -> ImportedChat:
    """The chat, with every branch where the export names parents."""
    messages: list[ImportedMessage] = []
    hidden: dict[str, str | None] = {}
    lost = 0
    before: str | None = None
    for value in few(sequence(item.get("chat_messages"))):
        message = mapping(value)
        key = id_of(message.get("uuid")) or f"message {len(messages)}"
        named = id_of(message.get("parent_message_uuid"))
        parent_id = before if not named else None if named == NOBODY else named
        before = key
        text, reasoning, missing = _text(message)
        lost += missing
        role = ROLES.get(str(message.get("sender")))
        if role is None or not text.strip():
            hidden[key] = parent_id
            continue
        model = "anthropic/claude" if role == "assistant" else ""
        at = moment(message.get("created_at"))
        messages.append(ImportedMessage(key, parent_id, role, text, at, model, reasoning))
    if not messages:
        raise NotUnderstood("There is no text in it.")
    named = id_of(item.get("current_leaf_message_uuid"))
    ordered = tree(messages, hidden)
    known = {message.id for message in ordered}
    return ImportedChat(
        NAME,
        id_of(item.get("uuid")),
        title_of(item.get("name")),
        ordered,
        named if named in known else messages[-1].id,
        moment(item.get("updated_at")) or moment(item.get("created_at")),
        lost=lost,
    )


def _text(message: Facts) -> tuple[str, str, int]:
    """What was said, what was thought, and how many parts are neither."""
    said: list[str] = []
    thought: list[str] = []
    lost = len(sequence(message.get("files")))
    for value in sequence(message.get("attachments")):
        attachment = mapping(value)
        if content := text_of(attachment.get("extracted_content")):
            name = title_of(attachment.get("file_name")) or "Attachment"
            said.append(f"{name}:\n\n{fenced(content)}")
        else:
            lost += 1
    for value in sequence(message.get("content")):
        part = mapping(value)
        match part.get("type"):
            case "text":
                said.append(text_of(part.get("text")))
            case "thinking":
                thought.append(text_of(part.get("thinking")))
            case _:
                lost += 1
    if not message.get("content"):  # older exports
        said.append(text_of(message.get("text")))
    whole = "\n\n".join(text for text in said if text.strip())
    return whole, "\n\n".join(thought), lost
