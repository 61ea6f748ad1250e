"""A line that has been set: its pieces, how they look, and where each stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ioverse_app.rendering.pdf.faces import Face
from ioverse_app.rendering.pdf.formula import Drawn
from ioverse_app.rendering.pdf.ink import Ink


@dataclass(frozen=True, slots=True)
class Look:
    """What a run of characters shares. An odd `level` runs from right to left."""

    ink: Ink
    face: Face
    level: int = 0
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in one look, and their width."""

    text: str
    look: Look
    width: float


@dataclass(frozen=True, slots=True)
class Box:
    """A formula among the words."""

    drawn: Drawn
    ink: Ink
    level: int = 0

    @property
    def width(self) -> float:
        """Its width."""
        return self.drawn.width


Piece: TypeAlias = Run | Box


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line: its pieces in the order of reading, each with its place from the left.

    `above` and `below` are the room around its base line, in points.
    """

    pieces: tuple[tuple[Piece, float], ...]
    width: float
    above: float
    below: float
    right_to_left: bool = False

    @property
    def height(self) -> float:
        """From the line before to the line after."""
        return self.above + self.below


def placed(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, float]]:
    """Where each piece stands: rule L2 of the bidirectional algorithm."""
    order = list(range(len(pieces)))
    for level in range(max(map(_level, pieces), default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and _level(pieces[order[end]]) >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end + 1
    places, x = [0.0] * len(pieces), 0.0
    for at in order:
        places[at] = x
        x += pieces[at].width
    yield from zip(pieces, places, strict=True)


def _level(piece: Piece) -> int:
    return piece.look.level if isinstance(piece, Run) else piece.level


def total(pieces: Iterable[Piece]) -> float:
    """How wide these are together, in points."""
    return sum(piece.width for piece in pieces)
