"""A chat as JSON: every message and version, with the settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ioverse_app.tables import Conversation, Message

CHAT = ("id", "title", "model", "parameters", "facts", "language", "model_language", "head_id")
MESSAGE = (
    "id",
    "parent_id",
    "role",
    "content",
    "translation",
    "reasoning",
    "status",
    "model",
    "finish_reason",
    "error_message",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
)


def transcript_json(conversation: Conversation, tree: Sequence[Message]) -> str:
    """The conversation and all its messages, oldest first; `parent_id` makes them a tree."""
    chat = _of(conversation, CHAT) | {"messages": [_of(message, MESSAGE) for message in tree]}
    return json.dumps(chat, ensure_ascii=False, indent=2) + "\n"


def _of(row: Conversation | Message, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {**values, "created_at": row.created_at.isoformat()}
