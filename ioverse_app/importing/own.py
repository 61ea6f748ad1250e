"""IOverse's own export, with everything that it has."""

from __future__ import annotations

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

NAME = "IOverse"
FORMAT, VERSION = "ioverse.conversation", 1
KEPT = (
    "translation",
    "finish_reason",
    "error_message",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
    "cost",
    "status",
    "in_context",
    "vote",
)


def is_ours(item: Facts) -> bool:
    """Whether this JSON object is a conversation of IOverse's."""
    return item.get("format") == FORMAT


def read(item: Facts) -> ImportedChat:
    """The chat as it was."""
    if item.get("version") != VERSION:
        raise NotUnderstood("It comes from a newer IOverse than this one.")
    messages: list[ImportedMessage] = []
    lost = 0
    for value in few(sequence(item.get("messages"))):
        message = mapping(value)
        key, role = id_of(message.get("id")), message.get("role")
        if not key or role not in ("user", "assistant", "system"):
            lost += 1
            continue
        lost += len(sequence(message.get("attachments")))
        messages.append(
            ImportedMessage(
                key,
                id_of(message.get("parent_id")) or None,
                role,
                text_of(message.get("content")),
                moment(message.get("created_at")),
                text_of(message.get("model"))[:255],
                text_of(message.get("reasoning")),
                {name: message[name] for name in KEPT if message.get(name) is not None},
            )
        )
    if not messages:
        raise NotUnderstood("There is no text in it.")
    known = {message.id for message in messages}
    head_id = id_of(item.get("head_id"))
    return ImportedChat(
        NAME,
        id_of(item.get("id")),
        title_of(item.get("title")),
        tree(messages, {}),
        head_id if head_id in known else messages[-1].id,
        moment(item.get("active_at")) or moment(item.get("created_at")),
        archived=item.get("archived") is True,
        pinned=item.get("pinned") is True,
        lost=lost,
        more={
            "model": text_of(item.get("model"))[:255],
            "parameters": dict(mapping(item.get("parameters"))),
        },
    )
