"""Formulas as drawings. What cannot be drawn is shown as it was written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from ziamath.config import config
from ziamath.zmath import Latex

from ioverse_app.rendering import mathml

config.svg2 = False  # whole paths, and no references
config.precision = 2

_PATH = re.compile(r"([MLQCZ])|(-?[\d.]+(?:e-?\d+)?)")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A formula, its width, and how far it goes above and below the line, in points.

    `strokes` are operators of PDF that draw it from the start of its base line.
    """

    tex: str
    strokes: str
    width: float
    above: float
    below: float


@functools.lru_cache(maxsize=500)
def draw(tex: str, size: float, *, alone: bool = False) -> Drawn | None:
    """The drawing of a formula in this size, or None if it is not understood."""
    if mathml.of(tex) is None:
        return None
    try:
        made = Latex(tex, size=size, inline=not alone)
        strokes = " ".join(_strokes(made.svgxml()))
        width, height = made.getsize()
        below = -made.getyofst()
    except Exception:  # the library raises whatever it stumbles over
        return None
    return Drawn(tex, strokes, width, height - below, below)


def _strokes(svg: ElementTree.Element) -> Iterator[str]:
    """The shapes of an SVG made by ziamath: filled paths, rectangles and polylines."""
    for element in svg.iter():
        match element.tag.rpartition("}")[2]:
            case "path":
                yield _path(element.get("d", ""))
            case "rect":
                x, y, width, height = (
                    float(element.get(n, 0)) for n in ("x", "y", "width", "height")
                )
                yield f"{x:.2f} {-y:.2f} {width:.2f} {-height:.2f} re f"
            case "svg":
                pass
            case other:
                raise ValueError(f"<{other}> is not known")


def _path(data: str) -> str:
    parts: list[str] = []
    numbers: list[float] = []
    command, x, y = "", 0.0, 0.0

    def end() -> None:
        nonlocal x, y
        points = [(numbers[at], -numbers[at + 1]) for at in range(0, len(numbers) - 1, 2)]
        match command:
            case "M" | "L":
                for at, point in enumerate(points):
                    parts.append(f"{_pair(point)} {'m' if command == 'M' and at == 0 else 'l'}")
            case "Q":
                for (cx, cy), (tx, ty) in zip(points[::2], points[1::2], strict=True):
                    one = (x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3)
                    two = (tx + (cx - tx) * 2 / 3, ty + (cy - ty) * 2 / 3)
                    parts.append(f"{_pair(one)} {_pair(two)} {_pair((tx, ty))} c")
                    x, y = tx, ty
            case "C":
                for at in range(0, len(points), 3):
                    parts.append(" ".join(_pair(point) for point in points[at : at + 3]) + " c")
            case _:
                pass
        if points:
            x, y = points[-1]

    for letter, number in _PATH.findall(data):
        if number:
            numbers.append(float(number))
            continue
        end()
        numbers.clear()
        command = letter
        if letter == "Z":
            parts.append("h")
    end()
    return " ".join(parts) + " f"


def _pair(point: tuple[float, float]) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"
