"""What a run's log holds: what the provider said, and how the run ended."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ioverse_app.providers.events import (
    QuestionTranslated,
    ReasoningDelta,
    TextDelta,
    TranslationDelta,
    Usage,
)
from ioverse_app.tables import RunStatus


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event of every run. `seconds` counts from the start of the work to its end.

    `cost` is in micro-dollars.
    """

    status: RunStatus
    finish_reason: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None
    cost: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ImagePartial:
    """How image number `place` looks so far: a small picture, as a data URL."""

    place: int
    preview: str


@dataclass(frozen=True, slots=True)
class ImageReady:
    """Image number `place` is there, and stored under this id."""

    place: int
    image_id: str


Said = TextDelta | ReasoningDelta | QuestionTranslated | TranslationDelta | Usage
LogEvent = Said | ImagePartial | ImageReady | Ended


@dataclass(frozen=True, slots=True)
class Entry:
    """A numbered event. Numbers start at 1 and have no gaps."""

    number: int
    event: LogEvent


_KINDS: dict[str, type[Any]] = {
    "text": TextDelta,
    "reasoning": ReasoningDelta,
    "question": QuestionTranslated,
    "translation": TranslationDelta,
    "usage": Usage,
    "partial": ImagePartial,
    "image": ImageReady,
    "ended": Ended,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(event: LogEvent) -> tuple[str, dict[str, Any]]:
    """The event as it is stored: its kind and its fields, without those that are empty."""
    values = {
        field.name: value
        for field in dataclasses.fields(event)
        if (value := getattr(event, field.name)) is not None
    }
    return _NAMES[type(event)], values


def decode(kind: str, data: dict[str, Any]) -> LogEvent:
    """The event again, from what was stored."""
    data = dict(data)
    if kind == "ended":
        return Ended(RunStatus(data.pop("status")), **data)
    return _KINDS[kind](**data)
