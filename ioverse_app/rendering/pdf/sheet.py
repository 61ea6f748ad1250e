"""The paper: pages, what is left of the one in use, and how lines and shapes get on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TextMode

from ioverse_app.rendering.pdf.faces import CJK, EMOJI, TEXT, Faces
from ioverse_app.rendering.pdf.formula import Drawn
from ioverse_app.rendering.pdf.ink import GRAY, RULE, SMALL, Ink
from ioverse_app.rendering.pdf.set_line import Box, Run, SetLine
from ioverse_app.rendering.pdf.typeset import Typesetter
from ioverse_app.rendering.tree import Words

TOP, BOTTOM, SIDE = 62.0, 62.0, 62.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What is drawn behind every line: a bar at `x`, or a colour across `width`."""

    x: float
    width: float
    colour: str


class Sheet:
    """A document being written from top to bottom. Everything is in points."""

    def __init__(self, title: str, creator: str, web: Path | None = None) -> None:
        self.pdf = _Paper(title)
        self.pdf.set_title(title)
        self.pdf.set_creator(creator)
        self.faces = Faces(self.pdf, web)
        self.typesetter = Typesetter(self.pdf, self.faces)
        self.pdf.head = self._head
        self.left = SIDE
        self.width = self.pdf.w - 2 * SIDE
        self.y = TOP
        self._title = title
        self._grounds: tuple[Ground, ...] = ()
        self._links: dict[str, int] = {}
        self.pdf.add_page()

    @property
    def bottom(self) -> float:
        """Where the page ends."""
        return self.pdf.h - BOTTOM

    def finish(self) -> bytes:
        """The document."""
        try:
            return bytes(self.pdf.output())
        finally:
            self.faces.close()

    def room(self, height: float) -> None:
        """Begin a new page if this much does not fit on this one any more."""
        if self.y + height > self.bottom and self.y > TOP:
            self.new_page()

    def new_page(self) -> None:
        """Go on at the top of the next page."""
        self.pdf.add_page()
        self.y = TOP

    def gap(self, height: float) -> None:
        """Leave some space, but not at the top of a page."""
        if self.y > TOP:
            self.pad(height)

    def pad(self, height: float) -> None:
        """Leave some space."""
        self.behind(height)
        self.y += height

    @contextmanager
    def inside(self, indent: float, *grounds: Ground) -> Iterator[None]:
        """What follows stands further in, on these grounds."""
        left, width, before = self.left, self.width, self._grounds
        self.left, self.width = left + indent, width - indent
        self._grounds = (*before, *grounds)
        yield
        self.left, self.width, self._grounds = left, width, before

    def line(self, line: SetLine) -> None:
        """Put a line below what is there."""
        self.room(line.height)
        self.behind(line.height)
        x = self.left + (self.width - line.width if line.right_to_left else 0.0)
        self.put(line, x, self.y)
        self.y += line.height

    def put(self, line: SetLine, x: float, y: float) -> None:
        """Draw a line whose upper left corner is here."""
        base = y + line.above
        for piece, place in line.pieces:
            if isinstance(piece, Box):
                self.formula(piece.drawn, x + place, base)
            else:
                self._run(piece, x + place, base)

    def formula(self, drawn: Drawn, x: float, base: float) -> None:
        """Draw a formula; its TeX lies on it, unseen, to be found and copied."""
        self.pdf.strokes(drawn.strokes, x, base)
        ink = Ink(size=5)
        face = self.faces.face("x", TEXT, "")
        if face is None or not drawn.tex.isascii():
            return
        self.pdf.set_font(face.family, face.style, ink.size)
        natural = self.pdf.get_string_width(drawn.tex)
        text = " ".join(drawn.tex.split())
        with self.pdf.local_context(text_mode=TextMode.INVISIBLE):
            self.pdf.set_stretching(max(1.0, 100 * drawn.width / natural))
            self.pdf.text(x, base, text)
            self.pdf.set_stretching(100)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        self.pdf.set_fill_color(colour)
        self.pdf.rect(x, y, width, height, style="F")

    def rule(self, x: float, y: float, width: float) -> None:
        """A thin line across."""
        self.pdf.set_draw_color(RULE)
        self.pdf.set_line_width(0.6)
        self.pdf.line(x, y, x + width, y)

    def behind(self, height: float) -> None:
        """Draw what lies behind the next lines of this height."""
        for ground in self._grounds:
            shown = min(height, self.bottom - self.y)
            if shown > 0:
                self.box(ground.x, self.y, ground.width, shown, ground.colour)

    def _run(self, run: Run, x: float, base: float) -> None:
        pdf, ink, face = self.pdf, run.look.ink, run.look.face
        if ink.ground and run.text.strip():
            self.box(x - 1, base - ink.size * 0.92, run.width + 2, ink.size * 1.24, ink.ground)
        base -= ink.rise
        pdf.set_font(face.family, face.style, ink.size)
        pdf.set_text_color(ink.colour)
        is_fat = ink.bold and not face.is_bold and face.family != EMOJI
        with pdf.local_context(**_fat(ink)) if is_fat else nullcontext():
            if self.typesetter.is_shaped(run.text, run.look):
                self._shaped(run, x, base)
            else:
                pdf.text(x, base, run.text)
        self._lines_at(run, x, base)
        if ink.link:
            pdf.link(x, base - ink.size, run.width, ink.size * 1.3, ink.link)

    def _shaped(self, run: Run, x: float, base: float) -> None:
        """Letters that take their forms from their neighbours, drawn by HarfBuzz."""
        pdf, look = self.pdf, run.look
        direction = "rtl" if look.level % 2 else "ltr"
        language = "zh-Hans" if look.chinese and look.face.family == CJK else None
        pdf.set_text_shaping(True, direction=direction, language=language)
        pdf.set_xy(x, base - 0.8 * look.ink.size)
        # The parts of a letter may stand in another order than they are read. What runs from right
        # to left is put in order by the reader, who would turn these words around once more.
        with pdf.said(run.text) if direction == "ltr" else nullcontext():
            pdf.cell(run.width, look.ink.size, run.text)
        pdf.set_text_shaping(False)

    def _lines_at(self, run: Run, x: float, base: float) -> None:
        ink = run.look.ink
        for wanted, offset in ((ink.struck, -0.3), (ink.underlined, 0.14)):
            if wanted:
                self.pdf.set_draw_color(ink.colour)
                self.pdf.set_line_width(ink.size * 0.06)
                y = base + ink.size * offset
                self.pdf.line(x, y, x + run.width, y)

    def _head(self) -> None:
        """The title above every page but the first, and the number below."""
        page = self.pdf.page_no()
        ink = Ink(size=SMALL, colour=GRAY)
        if page > 1:
            first = self.typesetter.lines((Words(self._title),), ink, self.pdf.w - 2 * SIDE)[0]
            self.put(first, SIDE, TOP - 34)
        number = self.typesetter.lines((Words(str(page)),), ink, 100)[0]
        self.put(number, (self.pdf.w - number.width) / 2, self.pdf.h - BOTTOM + 26)


class _Paper(FPDF):
    """A4, in points, without the margins and breaks of fpdf2's own."""

    def __init__(self, title: str) -> None:
        super().__init__(unit="pt", format="A4")
        self.head = lambda: None
        self.c_margin = 0
        self.set_margins(0, 0)
        self.set_auto_page_break(False)
        self.set_compression(True)

    def strokes(self, strokes: str, x: float, y: float) -> None:
        """Draw with operators of PDF, from this point."""
        self._out(f"q 0.11 0.125 0.14 rg 1 0 0 1 {x:.2f} {self.h - y:.2f} cm {strokes} Q")

    @contextmanager
    def said(self, text: str) -> Iterator[None]:
        """What is drawn here is read as this text (ActualText, ISO 32000-1, 14.9.4)."""
        self._out(f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC")
        yield
        self._out("EMC")

    def header(self) -> None:
        """Called by fpdf2 on each new page."""
        self.head()


def _fat(ink: Ink) -> dict[str, object]:
    """Letters of a font that has no bold, made bold by their outlines."""
    return {
        "text_mode": TextMode.FILL_STROKE,
        "line_width": ink.size * 0.03,
        "draw_color": ink.colour,
    }
