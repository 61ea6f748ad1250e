"""How words look on paper."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ioverse_app.rendering.pdf.faces import CODE, TEXT
from ioverse_app.rendering.tree import Words

BLACK, GRAY, BLUE = "#1c2024", "#60646c", "#3a5bc7"
SOFT, RULE, YELLOW = "#f2f2f5", "#d9d9e0", "#fff3b0"

BODY = 10.5
SMALL = 8.5


@dataclass(frozen=True, slots=True)
class Ink:
    """Size in points; `rise` lifts the words above the line, `ground` is a colour behind them."""

    size: float = BODY
    colour: str = BLACK
    family: str = TEXT
    bold: bool = False
    italic: bool = False
    struck: bool = False
    underlined: bool = False
    link: str = ""
    rise: float = 0.0
    ground: str = ""

    @property
    def style(self) -> str:
        """The font's style as fpdf2 names it."""
        return ("B" if self.bold else "") + ("I" if self.italic else "")

    def of(self, words: Words) -> Ink:
        """This ink with the looks of these words."""
        ink = self
        if words == Words(words.text):
            return ink
        if words.bold or words.italic:
            ink = replace(ink, bold=ink.bold or words.bold, italic=ink.italic or words.italic)
        if words.struck or words.underlined:
            ink = replace(ink, struck=words.struck, underlined=words.underlined)
        if words.marked:
            ink = replace(ink, ground=YELLOW)
        if words.code:
            ink = replace(ink, family=CODE, size=ink.size * 0.9, ground=SOFT)
        if words.raised or words.lowered:
            rise = ink.size * (0.33 if words.raised else -0.15)
            ink = replace(ink, size=ink.size * 0.72, rise=rise)
        if words.link:
            ink = replace(ink, link=words.link, colour=BLUE)
        return ink

    def raised(self) -> Ink:
        """Small and above the line."""
        return replace(self, size=self.size * 0.72, rise=self.size * 0.33)
