"""Formulas as drawings. What cannot be drawn is shown as it was written."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

import ziamath
from fpdf.svg import SVGObject

from ioverse_app.rendering import mathml

ziamath.config.svg2 = False
ziamath.config.precision = 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A formula as SVG, with its width and how far it goes above and below the line, in points."""

    tex: str
    svg: str
    width: float
    above: float
    below: float

    def picture(self) -> SVGObject:
        """The drawing, for fpdf2."""
        return SVGObject(io.BytesIO(self.svg.encode()).getvalue())


@functools.lru_cache(maxsize=500)
def draw(tex: str, size: float, *, alone: bool = False) -> Drawn | None:
    """The drawing of a formula in this size, or None if it is not understood."""
    if mathml.of(tex) is None:
        return None
    try:
        made = ziamath.Latex(tex, size=size, inline=not alone)
        svg = made.svg()
        width, height = made.getsize()
        below = -made.getyofst()
    except Exception:  # the library raises whatever it stumbles over
        return None
    return Drawn(tex, svg, width, height - below, below)
