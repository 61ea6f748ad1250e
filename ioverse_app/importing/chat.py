"""The one shape that every program's chats are read into."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

Facts = Mapping[str, Any]

TITLE_MAX = 255
TEXT_MAX = 2_000_000
MESSAGES_MAX = 20_000
LATEST = 253_402_300_799.0
"""The last second of the year 9999, as a timestamp."""

MILLISECONDS = 1e11
"""A larger number is no count of seconds: it would be after the year 5000."""


class NotUnderstood(Exception):
    """This chat cannot be read, and why, in a sentence."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of a message, as it came: neither its name nor its bytes are to be trusted."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """A message; `parent_id` names another of the same chat, or None at the top."""

    id: str
    parent_id: str | None
    role: str
    text: str
    at: datetime | None = None
    model: str = ""
    reasoning: str = ""
    more: Facts = field(default_factory=dict[str, Any])
    files: Sequence[ImportedFile] = ()


@dataclass(frozen=True, slots=True)
class ImportedChat:
    """A chat of another program. Parents come before what follows them.

    `lost` counts what was in it and is not text: pictures, tool calls, unknown parts.
    """

    source: str
    source_id: str
    title: str
    messages: Sequence[ImportedMessage]
    head_id: str | None
    at: datetime | None = None
    archived: bool = False
    pinned: bool = False
    lost: int = 0
    more: Facts = field(default_factory=dict[str, Any])


def tree(
    messages: Sequence[ImportedMessage], hidden: Mapping[str, str | None]
) -> list[ImportedMessage]:
    """The messages, parents first, hung below the nearest one that is there.

    `hidden` are the parents of what was left out. What hangs below nothing, or below itself,
    becomes a beginning.
    """
    known = {message.id: message for message in messages}
    placed: dict[str, ImportedMessage] = {}
    for message in messages:
        waiting = [message]
        seen = {message.id}
        while waiting:
            one = waiting[-1]
            parent_id = _nearest(one.parent_id, known, hidden)
            if one.id in placed:
                waiting.pop()
            elif parent_id is not None and parent_id not in placed and parent_id not in seen:
                seen.add(parent_id)
                waiting.append(known[parent_id])
            else:
                parent_id = parent_id if parent_id in placed else None
                placed[one.id] = replace(one, parent_id=parent_id)
                waiting.pop()
    return list(placed.values())


def text_of(value: Any) -> str:
    """A text of any length that we keep, without what no database keeps."""
    if not isinstance(value, str):
        return ""
    clean = value.replace("\x00", "").encode(errors="ignore").decode()
    return clean[:TEXT_MAX]


def title_of(value: Any) -> str:
    """One line, or "" where there is none."""
    return " ".join(text_of(value).split())[:TITLE_MAX]


def id_of(value: Any) -> str:
    """An id of another program, as a text."""
    return text_of(value)[:200] if isinstance(value, str) else ""


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, or ISO 8601; None for what is no time."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
        seconds = float(value)
        if seconds > MILLISECONDS:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def mapping(value: Any) -> Facts:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    """A JSON array, or an empty one in place of anything else."""
    return value if isinstance(value, list) else ()


def few(messages: Sequence[Any]) -> Sequence[Any]:
    """The messages, unless there are more than a chat may have."""
    if len(messages) > MESSAGES_MAX:
        raise NotUnderstood(f"It has more than {MESSAGES_MAX:,} messages.")
    return messages


def fenced(text: str, language: str = "") -> str:
    """A code block that nothing in the text ends."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def as_json(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _nearest(
    parent_id: str | None, known: Mapping[str, ImportedMessage], hidden: Mapping[str, str | None]
) -> str | None:
    seen: set[str] = set()
    while parent_id is not None and parent_id not in known:
        if parent_id in seen:
            return None
        seen.add(parent_id)
        parent_id = hidden.get(parent_id)
    return parent_id
