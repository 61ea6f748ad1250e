"""What was read out of a file, and why one cannot be read. Known to us and to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "pdf", "docx", "text"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: characters, pages, pixels of a picture and of its long side."""

    characters: int
    pages: int
    pixels: int = 64_000_000
    side: int = 2048


@dataclass(frozen=True, slots=True)
class Document:
    """What a file is, and its text, which is cut when there was more.

    `pages` counts those that were read. A picture has a width and a height instead of a text,
    as it was written anew: upright, no larger than models look at, without place and camera.
    """

    kind: Kind
    media_type: str
    text: str = ""
    cut: bool = False
    pages: int | None = None
    width: int | None = None
    height: int | None = None


class Refusal(Exception):
    """A file cannot be read, for one of the reasons in `sentences`."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts
