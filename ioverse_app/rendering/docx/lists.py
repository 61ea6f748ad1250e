"""The numbering of lists: each numbered list counts for itself."""

from __future__ import annotations

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as Para
from lxml.etree import _Element as _Xml  # pyright: ignore[reportPrivateUsage]

LEVELS = 9
_DOTS, _NUMBERS = 900, 901
_INDENT = 18


class Lists:
    """The lists of one document."""

    def __init__(self, document: Document) -> None:
        self._numbering: _Xml = document.part.numbering_part.element
        self._next = 1 + max(
            (int(num.get(qn("w:numId"), "0")) for num in self._numbering.iter(qn("w:num"))),
            default=0,
        )
        for number, is_numbered in ((_DOTS, False), (_NUMBERS, True)):
            self._numbering.insert(0, parse_xml(_abstract(number, is_numbered=is_numbered)))
        self._dots = self._new(_DOTS)

    def begin(self, start: int | None, level: int) -> int:
        """The number of a new list; `start` is its first number, or None for dots."""
        if start is None:
            return self._dots
        made = self._new(_NUMBERS)
        override = OxmlElement("w:lvlOverride")
        override.set(qn("w:ilvl"), str(min(level, LEVELS - 1)))
        first = OxmlElement("w:startOverride")
        first.set(qn("w:val"), str(start))
        override.append(first)
        self._numbering[-1].append(override)
        return made

    def mark(self, paragraph: Para, number: int, level: int) -> None:
        """Make a paragraph an item of a list."""
        level = min(level, LEVELS - 1)
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # pyright: ignore[reportPrivateUsage]
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = number

    def _new(self, abstract: int) -> int:
        number = self._next
        self._next += 1
        self._numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>'
                "</w:num>"
            )
        )
        return number


def _abstract(number: int, *, is_numbered: bool) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{"decimal" if is_numbered else "bullet"}"/>'
        f'<w:lvlText w:val="{f"%{level + 1}." if is_numbered else "•◦▪"[level % 3]}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{(level + 1) * _INDENT * 20}" '
        f'w:hanging="{_INDENT * 20}"/></w:pPr></w:lvl>'
        for level in range(LEVELS)
    )
    return (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
