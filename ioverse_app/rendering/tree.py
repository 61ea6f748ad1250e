"""The tree of a text: blocks, and spans of words in them. Writers know nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Align: TypeAlias = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Words:
    """Characters that look the same. `link` is an address of the web or of mail, or ""."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    underlined: bool = False
    marked: bool = False
    code: bool = False
    raised: bool = False
    lowered: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in TeX within a line."""

    tex: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a line. Where it cannot be had, its `words` stand for it."""

    source: str
    words: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line that the writer of the text wanted."""


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The small number that points to a footnote."""

    number: int


Span: TypeAlias = Words | Formula | Picture | Break | NoteMark
Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` is 1 to 6."""

    level: int
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that flow."""

    line: Line


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; `done` is None where nothing can be ticked."""

    blocks: tuple[Block, ...]
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; `start` is its first number, or None where there are none."""

    items: tuple[Item, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Every row has as many cells as the head."""

    align: tuple[Align, ...]
    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code, without the newline at its end."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """A formula in TeX with a line to itself."""

    tex: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else said."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Notes:
    """The footnotes, in the order of their numbers from 1."""

    notes: tuple[tuple[Block, ...], ...]


Block: TypeAlias = Heading | Paragraph | Listing | Table | Code | Display | Quote | Rule | Notes


def plain(line: Line) -> str:
    """The words of a line, without their looks."""
    parts: list[str] = []
    for span in line:
        match span:
            case Words(text=text):
                parts.append(text)
            case Formula(tex=tex):
                parts.append(tex)
            case Picture(words=words):
                parts.append(words)
            case Break():
                parts.append(" ")
            case NoteMark():
                pass
    return "".join(parts)
