"""The whole document, and each kind of block in it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import cast

from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as Para
from PIL import Image

from ioverse_app.rendering import code
from ioverse_app.rendering.code import Kind
from ioverse_app.rendering.docx import omml, spans
from ioverse_app.rendering.docx.lists import Lists
from ioverse_app.rendering.markdown import parse
from ioverse_app.rendering.transcript import Enclosed, Transcript, Turn
from ioverse_app.rendering.tree import (
    Block,
    Break,
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

GRAY = RGBColor(0x60, 0x64, 0x6C)
INDENT = 18
CODE = "Code"
PIXELS = 1_600
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def write(transcript: Transcript) -> bytes:
    """The document as DOCX."""
    document = Document()
    _set_up(document, transcript)
    document.add_heading(spans.clean(transcript.title), 0)
    if transcript.about:
        _small(document, transcript.about)
    writer = _Writer(document)
    for turn in transcript.turns:
        writer.turn(turn)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _set_up(document: Docx, transcript: Transcript) -> None:
    document.core_properties.title = spans.clean(transcript.title)[:255]
    document.core_properties.author = transcript.creator
    document.core_properties.comments = ""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(22)
    normal = cast(ParagraphStyle, document.styles["Normal"])
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    style = cast(ParagraphStyle, document.styles.add_style(CODE, WD_STYLE_TYPE.PARAGRAPH))
    style.font.name, style.font.size = spans.MONOSPACE, Pt(9)
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), spans.SOFT)
    style.element.get_or_add_pPr().append(shading)


class _Writer:
    def __init__(self, document: Docx) -> None:
        self._document = document
        self._lists = Lists(document)
        self._indent = 0

    def turn(self, turn: Turn) -> None:
        heading = self._heading(1)
        heading.add_run(spans.clean(turn.author))
        when = heading.add_run(f"  {turn.moment}")
        when.font.size, when.font.bold, when.font.color.rgb = Pt(9), False, GRAY
        if turn.thoughts:
            self._aside("Reasoning", turn.thoughts, verbatim=False)
        self._said(turn.words, verbatim=turn.verbatim)
        for one in turn.enclosed:
            self._enclosed(one)
        if turn.translation:
            self._aside("Translation", turn.translation, verbatim=turn.verbatim)
        for note in turn.notes:
            _small(self._document, note)

    def _said(self, words: str, *, verbatim: bool) -> None:
        if not verbatim:
            self._blocks(parse(words))
            return
        line: list[Words | Break] = []
        for each in words.replace("\r\n", "\n").split("\n"):
            line += [Words(each), Break()]
        self._paragraph(tuple(line[:-1]))

    def _aside(self, name: str, words: str, *, verbatim: bool) -> None:
        _small(self._document, name)
        self._indent += INDENT
        self._said(words, verbatim=verbatim)
        self._indent -= INDENT

    def _enclosed(self, one: Enclosed) -> None:
        picture = _png(one.data) if one.data else None
        if picture is None:
            _small(self._document, f"Attached: {one.name}")
            return
        self._document.add_picture(picture)
        shape = self._document.inline_shapes[-1]
        scale = min(1.0, Mm(160) / shape.width, Mm(120) / shape.height)
        shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))

    def _blocks(self, blocks: Iterable[Block], depth: int = -1) -> None:
        for block in blocks:
            self._block(block, depth)

    def _block(self, block: Block, depth: int) -> None:
        match block:
            case Heading(level=level, line=line):
                spans.add(self._heading(level + 1), line)
            case Paragraph(line=line):
                self._paragraph(line)
            case Listing():
                self._listing(block, depth + 1)
            case Table():
                self._table(block)
            case Code():
                self._code(block)
            case Display(tex=tex):
                self._formula(tex)
            case Quote(blocks=inner):
                self._indent += INDENT
                self._blocks(inner, depth)
                self._indent -= INDENT
            case Rule():
                _line_below(self._document.add_paragraph())
            case Notes(notes=notes):
                _line_below(self._document.add_paragraph())
                self._listing(Listing(tuple(Item(tuple(each)) for each in notes), 1), 0)

    def _heading(self, level: int) -> Para:
        heading = self._document.add_paragraph()
        heading._p.style = f"Heading{level}"  # pyright: ignore[reportPrivateUsage]
        return heading

    def _paragraph(self, line: Line) -> Para:
        paragraph = self._document.add_paragraph()
        if self._indent:
            paragraph.paragraph_format.left_indent = Pt(self._indent)
        spans.add(paragraph, line)
        return paragraph

    def _listing(self, listing: Listing, level: int) -> None:
        number = self._lists.begin(listing.start, level)
        for item in listing.items:
            self._item(item, number, level)

    def _item(self, item: Item, number: int, level: int) -> None:
        """The first paragraph has the mark; what follows stands below it."""
        first, rest = (item.blocks[0], item.blocks[1:]) if item.blocks else (None, ())
        if not isinstance(first, Paragraph):
            first, rest = Paragraph(()), item.blocks
        box = () if item.done is None else (Words("☑ " if item.done else "☐ "),)
        outside, self._indent = self._indent, 0
        self._lists.mark(self._paragraph((*box, *first.line)), number, level)
        self._indent = (level + 1) * INDENT
        self._blocks(rest, level)
        self._indent = outside

    def _table(self, table: Table) -> None:
        rows = (table.head, *table.rows)
        made = self._document.add_table(len(rows), len(table.head), "Table Grid")
        for at, (row, tr) in enumerate(zip(rows, made._tbl.tr_lst, strict=True)):  # pyright: ignore[reportPrivateUsage]
            for tc, line, align in zip(tr.tc_lst, row, table.align, strict=True):
                paragraph = Para(tc.p_lst[0], made)
                if align != "left":
                    paragraph.alignment = _ALIGN[align]
                spans.add(paragraph, line, bold=at == 0)
        if made.rows:
            repeated = OxmlElement("w:tblHeader")
            made.rows[0]._tr.get_or_add_trPr().append(repeated)  # pyright: ignore[reportPrivateUsage]
        self._document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _code(self, block: Code) -> None:
        paragraph = self._document.add_paragraph()
        paragraph._p.style = CODE  # pyright: ignore[reportPrivateUsage]
        if self._indent:
            paragraph.paragraph_format.left_indent = Pt(self._indent)
        for kind, text in code.pieces(block.text, block.language):
            run = paragraph.add_run(spans.clean(text))
            if kind is not Kind.PLAIN and text.strip():
                colour = code.COLOURS[kind].removeprefix("#").upper()
                run.font.color.rgb = RGBColor.from_string(colour)

    def _formula(self, tex: str) -> None:
        made = omml.of(tex, alone=True)
        if made is None:
            self._code(Code(tex, "tex"))
        else:
            self._document.add_paragraph()._p.append(made)  # pyright: ignore[reportPrivateUsage]


def _small(document: Docx, text: str) -> None:
    run = document.add_paragraph().add_run(spans.clean(text))
    run.font.size, run.font.color.rgb = Pt(9), GRAY


def _line_below(paragraph: Para) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "1"), ("color", "D9D9E0")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)  # pyright: ignore[reportPrivateUsage]


def _png(data: bytes) -> io.BytesIO | None:
    """A picture that every word processor knows; None if it is broken or too large to open."""
    try:
        picture = Image.open(io.BytesIO(data))
        picture.thumbnail((PIXELS, PIXELS))
        target = io.BytesIO()
        picture.convert("RGBA" if "A" in picture.mode or picture.mode == "P" else "RGB").save(
            target, "PNG", dpi=(144, 144)
        )
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    target.seek(0)
    return target
