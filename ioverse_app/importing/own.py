"""IOverse's own export, with everything that it has."""

from __future__ import annotations

import base64

from ioverse_app.importing.chat import (
    Facts,
    ImportedChat,
    ImportedFile,
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
CONVERSATION = ("model", "parameters", "facts", "language", "model_language", "created_at")
MESSAGE = (
    "translation",
    "finish_reason",
    "error_message",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
    "cost",
    "status",
    "in_context",
    "parameters",
    "vote",
)


def is_ours(item: Facts) -> bool:
    """Whether this JSON object is a conversation of IOverse's."""
    return item.get("format") == FORMAT


def read(item: Facts) -> ImportedChat:
    """The chat as it was."""
    if item.get("version") != VERSION:
        raise NotUnderstood("It comes from a newer IOverse than this one.")
    chat = mapping(item.get("conversation"))
    messages: list[ImportedMessage] = []
    lost = 0
    for value in few(sequence(item.get("messages"))):
        message = mapping(value)
        key, role = id_of(message.get("id")), message.get("role")
        if not key or role not in ("user", "assistant", "system"):
            lost += 1
            continue
        given = sequence(message.get("attachments"))
        files = [file for each in given if (file := _file(mapping(each)))]
        lost += len(given) - len(files)
        messages.append(
            ImportedMessage(
                key,
                id_of(message.get("parent_id")) or None,
                role,
                text_of(message.get("content")),
                moment(message.get("created_at")),
                text_of(message.get("model"))[:255],
                text_of(message.get("reasoning")),
                {name: message[name] for name in MESSAGE if message.get(name) is not None},
                files,
            )
        )
    if not messages:
        raise NotUnderstood("There is no text in it.")
    known = {message.id for message in messages}
    head_id = id_of(chat.get("head_id"))
    return ImportedChat(
        NAME,
        id_of(chat.get("id")),
        title_of(chat.get("title")),
        tree(messages, {}),
        head_id if head_id in known else messages[-1].id,
        moment(chat.get("active_at")) or moment(chat.get("created_at")),
        archived=chat.get("archived_at") is not None,
        pinned=chat.get("pinned_at") is not None,
        lost=lost,
        more={name: chat[name] for name in CONVERSATION if chat.get(name) is not None},
    )


def _file(attachment: Facts) -> ImportedFile | None:
    """The file, if the export has its bytes."""
    data = attachment.get("data")
    if not isinstance(data, str):
        return None
    try:
        return ImportedFile(title_of(attachment.get("name")), base64.b64decode(data, validate=True))
    except ValueError:
        return None
