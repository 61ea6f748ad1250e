"""Tables: columns as wide as their words need, rows that may go on over the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ioverse_app.rendering.pdf.ink import RULE, SOFT, Ink
from ioverse_app.rendering.pdf.set_line import SetLine
from ioverse_app.rendering.pdf.sheet import TOP, Sheet
from ioverse_app.rendering.tree import Align, Line, Table

_PAD = 5.0
_SIZES = (1.0, 0.9, 0.8, 0.7)
_NARROWEST = 18.0


@dataclass(frozen=True, slots=True)
class _Grid:
    widths: tuple[float, ...]
    align: tuple[Align, ...]
    ink: Ink


def draw(sheet: Sheet, table: Table, ink: Ink) -> None:
    """Draw a table; its head is repeated on every page."""
    grid = _grid(sheet, table, ink)
    head = _cells(sheet, table.head, replace(grid, ink=replace(grid.ink, bold=True)))
    head_height = _height(head)
    first = _height(_cells(sheet, table.rows[0], grid)) if table.rows else 0.0
    sheet.room(min(head_height + first, sheet.bottom - TOP))
    _row(sheet, head, grid, SOFT)
    for row in table.rows:
        cells = _cells(sheet, row, grid)
        whole = sheet.bottom - TOP - head_height
        while True:
            room = sheet.bottom - sheet.y
            if _height(cells) <= room:
                _row(sheet, cells, grid)
                break
            if _height(cells) > whole:  # longer than a page: what fits goes here
                now, cells = _split(cells, room - 2 * _PAD)
                if any(now):
                    _row(sheet, now, grid)
            sheet.new_page()
            _row(sheet, head, grid, SOFT)


def _grid(sheet: Sheet, table: Table, ink: Ink) -> _Grid:
    """The widths of the columns: what they want, or a fair share that keeps words whole."""
    now, needs = ink, list[tuple[float, float]]()
    room = sheet.width - 2 * _PAD * len(table.head)
    for scale in _SIZES:
        now = replace(ink, size=ink.size * scale * 0.95)
        needs = [_needs(sheet, table, at, now) for at in range(len(table.head))]
        if sum(low for low, _ in needs) <= room:
            widths = _shared(needs, room)
            break
    else:  # even small: words are cut
        share = room / len(needs)
        fair = [max(_NARROWEST, min(low, share)) for low, _ in needs]
        widths = [each * room / sum(fair) for each in fair]
    return _Grid(tuple(width + 2 * _PAD for width in widths), table.align, now)


def _shared(needs: Sequence[tuple[float, float]], room: float) -> list[float]:
    """Every column its longest word; then those that want little get all they want first."""
    widths = [low for low, _ in needs]
    left = room - sum(widths)
    waiting = sorted(range(len(needs)), key=lambda at: needs[at][1] - needs[at][0])
    for done, at in enumerate(waiting):
        more = min(needs[at][1] - needs[at][0], left / (len(waiting) - done))
        widths[at] += more
        left -= more
    return widths


def _needs(sheet: Sheet, table: Table, at: int, ink: Ink) -> tuple[float, float]:
    low = most = _NARROWEST
    for number, row in enumerate((table.head, *table.rows)):
        looks = replace(ink, bold=True) if number == 0 else ink
        longest, whole = sheet.typesetter.narrowest(row[at], looks)
        low, most = max(low, longest + 0.5), max(most, whole + 0.5)
    return low, most


def _cells(sheet: Sheet, row: Sequence[Line], grid: _Grid) -> list[list[SetLine]]:
    return [
        sheet.typesetter.lines(cell, grid.ink, width - 2 * _PAD)
        for cell, width in zip(row, grid.widths, strict=True)
    ]


def _row(sheet: Sheet, cells: Sequence[Sequence[SetLine]], grid: _Grid, ground: str = "") -> None:
    height = _height(cells)
    x, y = sheet.left, sheet.y
    sheet.behind(height)
    if ground:
        sheet.box(x, y, sum(grid.widths), height, ground)
    for lines, width, align in zip(cells, grid.widths, grid.align, strict=True):
        sheet.pdf.set_draw_color(RULE)
        sheet.pdf.set_line_width(0.6)
        sheet.pdf.rect(x, y, width, height)
        at = y + _PAD * 0.8
        for line in lines:
            free = width - 2 * _PAD - line.width
            shift = {"left": 0.0, "center": free / 2, "right": free}[align]
            if line.right_to_left and align == "left":
                shift = free
            sheet.put(line, x + _PAD + shift, at)
            at += line.height
        x += width
    sheet.y = y + height


def _height(cells: Sequence[Sequence[SetLine]]) -> float:
    return max((sum(line.height for line in lines) for lines in cells), default=0) + 1.6 * _PAD


def _split(
    cells: Sequence[Sequence[SetLine]], room: float
) -> tuple[list[list[SetLine]], list[list[SetLine]]]:
    """The lines that fit into this height, and the rest."""
    now: list[list[SetLine]] = []
    rest: list[list[SetLine]] = []
    for lines in cells:
        used, count = 0.0, 0
        while count < len(lines) and used + lines[count].height <= room:
            used += lines[count].height
            count += 1
        now.append(list(lines[:count]))
        rest.append(list(lines[count:]))
    return now, rest
