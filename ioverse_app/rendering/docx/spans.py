"""The words of a line, in a paragraph."""

from __future__ import annotations

import re
import unicodedata

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph as Para
from docx.text.run import Run

from ioverse_app.rendering.docx import omml
from ioverse_app.rendering.tree import Break, Formula, Line, NoteMark, Picture, Words, plain

MONOSPACE = "Consolas"
BLUE = RGBColor(0x3A, 0x5B, 0xC7)
SOFT = "F2F2F5"

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RIGHT = ("R", "AL")


def clean(text: str) -> str:
    """Without the characters that XML cannot have."""
    return _ILLEGAL.sub("", text)


def add(paragraph: Para, line: Line, *, bold: bool = False) -> None:
    """Put a line into a paragraph, which takes its direction from it."""
    turn(paragraph, plain(line))
    for span in line:
        match span:
            case Words():
                _words(paragraph, span, bold=bold)
            case Formula(tex=tex):
                _formula(paragraph, tex)
            case Picture(source=source, words=words):
                link = source if source.startswith(("http://", "https://")) else ""
                _words(paragraph, Words(words or "Image", italic=True, link=link))
            case Break():
                paragraph.add_run().add_break()
            case NoteMark(number=number):
                paragraph.add_run(str(number)).font.superscript = True


def turn(paragraph: Para, text: str) -> None:
    """Let a paragraph whose first letter is Arabic or Hebrew run from right to left."""
    strong = (unicodedata.bidirectional(character) for character in text)
    if next((kind for kind in strong if kind in ("L", *_RIGHT)), "L") in _RIGHT:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # pyright: ignore[reportPrivateUsage]


def shade(run: Run, colour: str = SOFT) -> None:
    """A colour behind the words."""
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), colour)
    run._r.get_or_add_rPr().append(shading)  # pyright: ignore[reportPrivateUsage]


def monospace(run: Run, size: float = 9.5) -> None:
    """In letters of one width."""
    run.font.name = MONOSPACE
    run.font.size = Pt(size)


def _words(paragraph: Para, words: Words, *, bold: bool = False) -> None:
    run = paragraph.add_run(clean(words.text).replace("\n", " "))
    if words.link:
        _link(paragraph, run, words.link)
    elif words == Words(words.text) and not bold and words.text.isascii():
        return  # each property costs a look into the whole run
    font = run.font
    for name, wanted in (
        ("bold", words.bold or bold),
        ("italic", words.italic),
        ("strike", words.struck),
        ("underline", words.underlined or bool(words.link)),
        ("superscript", words.raised),
        ("subscript", words.lowered),
        ("rtl", any(unicodedata.bidirectional(each) in _RIGHT for each in words.text)),
    ):
        if wanted:
            setattr(font, name, True)
    if words.link:
        font.color.rgb = BLUE
    if words.code:
        monospace(run)
    if words.code or words.marked:
        shade(run, "FFF3B0" if words.marked else SOFT)


def _link(paragraph: Para, run: Run, address: str) -> None:
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    paragraph._p.append(link)  # pyright: ignore[reportPrivateUsage]
    link.append(run._r)  # pyright: ignore[reportPrivateUsage]


def _formula(paragraph: Para, tex: str) -> None:
    made = omml.of(tex)
    if made is None:
        monospace(paragraph.add_run(clean(tex)))
    else:
        paragraph._p.append(made)  # pyright: ignore[reportPrivateUsage]
