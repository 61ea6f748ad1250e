"""A conversation as JSON, complete: an import of it brings back the same.

Format `ioverse.conversation`, version 1. A reader takes what it knows and leaves the rest; the
version changes when something that is there changes its meaning.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ioverse_app.services.exports.snapshot import Exported, Said
from ioverse_app.tables import Row

FORMAT: Final = "ioverse.conversation"
VERSION: Final = 1

CONVERSATION: Final = (
    "id",
    "title",
    "model",
    "parameters",
    "facts",
    "language",
    "model_language",
    "head_id",
    "created_at",
    "active_at",
    "pinned_at",
    "archived_at",
)
MESSAGE: Final = (
    "id",
    "parent_id",
    "role",
    "content",
    "reasoning",
    "translation",
    "status",
    "model",
    "finish_reason",
    "error_code",
    "error_message",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
    "cost",
    "left_out",
    "in_context",
    "created_at",
)
VOTE: Final = ("value", "comment", "model", "parameters", "created_at")
ATTACHMENT: Final = (
    "name",
    "kind",
    "media_type",
    "size",
    "width",
    "height",
    "pages",
    "text",
    "cut",
)


def dump(exported: Exported, files: Mapping[str, bytes]) -> str:
    """The JSON; `files` are the bytes of attachments by their key in the storage."""
    chat = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": exported.at.isoformat(),
        "whole": exported.whole,
        "conversation": _of(exported.conversation, CONVERSATION),
        "messages": [_message(said, files) for said in exported.said],
    }
    return json.dumps(chat, ensure_ascii=False, indent=2) + "\n"


def _message(said: Said, files: Mapping[str, bytes]) -> dict[str, Any]:
    attachments = [
        {
            **_of(each, ATTACHMENT),
            "sha256": each.stored,
            "data": _base64(files.get(each.stored)),
        }
        for each in said.attachments
    ]
    return {
        **_of(said.message, MESSAGE),
        "parameters": said.parameters,
        "vote": _of(said.vote, VOTE) if said.vote else None,
        "attachments": attachments,
    }


def _of(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _base64(data: bytes | None) -> str | None:
    return base64.b64encode(data).decode() if data else None
