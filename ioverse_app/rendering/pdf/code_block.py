"""Code: on a ground of its own, in colours, its long lines folded."""

from __future__ import annotations

from ioverse_app.rendering import code
from ioverse_app.rendering.pdf.faces import CODE
from ioverse_app.rendering.pdf.ink import GRAY, SMALL, SOFT, Ink
from ioverse_app.rendering.pdf.sheet import Ground, Sheet
from ioverse_app.rendering.tree import Code, Words

_SIZE = 9.0
_PAD = 8.0


def draw(sheet: Sheet, block: Code) -> None:
    """Draw a block of code."""
    ground = Ground(sheet.left, sheet.width, SOFT)
    sheet.room(40)
    with sheet.inside(_PAD, ground):
        sheet.width -= _PAD
        sheet.pad(5)
        if block.language:
            ink = Ink(size=SMALL - 0.5, colour=GRAY)
            for line in sheet.typesetter.lines((Words(block.language),), ink, sheet.width):
                sheet.line(line)
        for line in sheet.typesetter.code(_lines(block), sheet.width):
            sheet.line(line)
        sheet.pad(6)


def _lines(block: Code) -> list[list[tuple[str, Ink]]]:
    """The lines of the code, each in pieces of one ink."""
    inks = {
        kind: Ink(size=_SIZE, colour=colour, family=CODE) for kind, colour in code.COLOURS.items()
    }
    lines: list[list[tuple[str, Ink]]] = [[]]
    for kind, text in code.pieces(block.text, block.language):
        for at, part in enumerate(text.split("\n")):
            if at:
                lines.append([])
            if part:
                lines[-1].append((part.expandtabs(4), inks[kind]))
    return lines
