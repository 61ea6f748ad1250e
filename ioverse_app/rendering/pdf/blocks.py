"""Each kind of block, drawn where the page goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ioverse_app.rendering.pdf import code_block, tables
from ioverse_app.rendering.pdf.formula import draw
from ioverse_app.rendering.pdf.ink import GRAY, RULE, Ink
from ioverse_app.rendering.pdf.sheet import Ground, Sheet
from ioverse_app.rendering.tree import (
    Block,
    Code,
    Display,
    Heading,
    Item,
    Line,
    Listing,
    Notes,
    Paragraph,
    Quote,
    Rule,
    Table,
    Words,
)

_HEADINGS = {1: 16.0, 2: 14.0, 3: 12.5, 4: 11.5, 5: 10.5, 6: 10.5}
_DOTS = ("•", "◦", "▪")
_INDENT = 18.0
_NARROWEST = 150.0
"""Lists and quotes within each other stop moving to the right here."""


class Blocks:
    """Writes blocks in one ink."""

    def __init__(self, sheet: Sheet, ink: Ink | None = None) -> None:
        self._sheet = sheet
        self._ink = ink or Ink()
        self._depth = 0

    def write(self, blocks: Iterable[Block], space: float = 6.0) -> None:
        """Every block below the one before."""
        for at, block in enumerate(blocks):
            if at:
                self._sheet.gap(space)
            self._block(block)

    def _block(self, block: Block) -> None:
        sheet = self._sheet
        match block:
            case Heading(level=level, line=line):
                self._heading(level, line)
            case Paragraph(line=line):
                self._paragraph(line)
            case Listing():
                self._listing(block)
            case Table():
                tables.draw(sheet, block, self._ink)
            case Code():
                code_block.draw(sheet, block)
            case Display(tex=tex):
                self._formula(tex)
            case Quote(blocks=inner):
                with sheet.inside(self._indent(14), Ground(sheet.left, 2.5, RULE)):
                    Blocks(sheet, replace(self._ink, colour=GRAY)).write(inner)
            case Rule():
                sheet.gap(6)
                sheet.rule(sheet.left, sheet.y, sheet.width)
                sheet.gap(6)
            case Notes(notes=notes):
                self._notes(notes)

    def _heading(self, level: int, line: Line) -> None:
        sheet = self._sheet
        ink = replace(self._ink, size=_HEADINGS[level] * self._ink.size / 10.5, bold=True)
        sheet.gap(5)
        lines = sheet.typesetter.lines(line, ink, sheet.width, 1.3)
        sheet.room(sum(each.height for each in lines) + 30)  # never alone at the end of a page
        for each in lines:
            sheet.line(each)

    def _paragraph(self, line: Line) -> None:
        for each in self._sheet.typesetter.lines(line, self._ink, self._sheet.width):
            self._sheet.line(each)

    def _listing(self, listing: Listing) -> None:
        self._depth += 1
        is_short = all(len(item.blocks) <= 2 for item in listing.items)
        for at, item in enumerate(listing.items):
            if at:
                self._sheet.gap(2 if is_short else 5)
            dot = _DOTS[min(self._depth, len(_DOTS)) - 1]
            mark = dot if listing.start is None else f"{listing.start + at}."
            if item.done is not None:
                mark = "☑" if item.done else "☐"
            self._item(item, mark)
        self._depth -= 1

    def _item(self, item: Item, mark: str) -> None:
        sheet = self._sheet
        first = sheet.typesetter.lines((Words(mark),), self._ink, _INDENT * 3)[0]
        indent = self._indent(max(_INDENT, first.width + 6))
        sheet.room(first.height)
        is_right = _runs_right(sheet, item)
        x = sheet.left + max(0.0, indent - first.width - 6)
        if is_right:
            x = sheet.left + sheet.width - indent + 6
        sheet.put(first, x, sheet.y)
        if is_right:
            with sheet.inside(0):
                sheet.width -= indent
                self.write(item.blocks, 3)
        else:
            with sheet.inside(indent):
                self.write(item.blocks, 3)
        if not item.blocks:
            sheet.y += first.height

    def _indent(self, wanted: float) -> float:
        return wanted if self._sheet.width - wanted > _NARROWEST else 0.0

    def _formula(self, tex: str) -> None:
        sheet = self._sheet
        drawn = draw(tex, self._ink.size * 1.1, alone=True)
        if drawn is not None and drawn.width > sheet.width:
            drawn = draw(tex, self._ink.size * sheet.width / drawn.width, alone=True)
        if drawn is None or drawn.width > sheet.width + 1:
            code_block.draw(sheet, Code(tex, "tex"))
            return
        height = drawn.above + drawn.below + 6
        sheet.room(height)
        x = sheet.left + (sheet.width - drawn.width) / 2
        sheet.formula(drawn, x, sheet.y + 3 + drawn.above)
        sheet.y += height

    def _notes(self, notes: Iterable[Iterable[Block]]) -> None:
        sheet = self._sheet
        sheet.gap(6)
        sheet.rule(sheet.left, sheet.y, sheet.width / 3)
        sheet.gap(4)
        ink = replace(self._ink, size=self._ink.size * 0.86)
        items = tuple(Item(tuple(blocks)) for blocks in notes)
        Blocks(sheet, ink)._listing(Listing(items, 1))


def _runs_right(sheet: Sheet, item: Item) -> bool:
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph):
        return False
    return sheet.typesetter.runs_right(first.line)
