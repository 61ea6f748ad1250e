"""What comes of a command."""

from __future__ import annotations

from dataclasses import dataclass

from ioverse_app.services.runs import Started


@dataclass(frozen=True, slots=True)
class Reply:
    """Markdown for the person alone. It is not kept, and no model sees it."""

    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A message to send to the model."""

    text: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer has begun."""

    started: Started


Outcome = Reply | Ask | Begun
