"""Formulas for word processors: MathML turned into Office Math (ECMA-376, part 1, chapter 22)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from docx.oxml.xmlchemy import BaseOxmlElement as _Xml

from ioverse_app.rendering import mathml

nsmap.setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")

_ACCENTS = {"^", "~", "¯", "‾", "→", "˙", "¨", "ˆ", "˜", "⃗", "´", "`", "ˇ", "˘"}
_OPEN, _CLOSE = set("([{|‖⟨⌈⌊"), set(")]}|‖⟩⌉⌋")


def of(tex: str, *, alone: bool = False) -> _Xml | None:
    """The formula as an element for a paragraph, or None if it is not understood."""
    root = mathml.tree(tex, alone=alone)
    if root is None:
        return None
    formula = OxmlElement("m:oMath")
    _fill(formula, root)
    if not alone:
        return formula
    paragraph = OxmlElement("m:oMathPara")
    paragraph.append(formula)
    return paragraph


def _fill(parent: _Xml, children: Iterable[Element]) -> None:
    for child in children:
        _add(parent, child)


def _add(parent: _Xml, element: Element) -> None:
    parts = list(element)
    match element.tag:
        case "mi" | "mn" | "mo" | "mtext" | "ms":
            _run(parent, element)
        case "mspace":
            _text(parent, " ", upright=False)
        case "mfrac" if len(parts) == 2:
            made = _made(parent, "m:f")
            if element.get("linethickness") in ("0", "0px", "0em"):
                _property(made, "m:fPr", "m:type", "noBar")
            _slots(made, ("m:num", "m:den"), parts)
        case "msup" if len(parts) == 2:
            _slots(_made(parent, "m:sSup"), ("m:e", "m:sup"), parts)
        case "msub" if len(parts) == 2:
            _slots(_made(parent, "m:sSub"), ("m:e", "m:sub"), parts)
        case "msubsup" if len(parts) == 3:
            _slots(_made(parent, "m:sSubSup"), ("m:e", "m:sub", "m:sup"), parts)
        case "msqrt":
            made = _made(parent, "m:rad")
            _property(made, "m:radPr", "m:degHide", "1")
            _made(made, "m:deg")
            _fill(_made(made, "m:e"), parts)
        case "mroot" if len(parts) == 2:
            _slots(_made(parent, "m:rad"), ("m:deg", "m:e"), parts[::-1])
        case "mover" if len(parts) == 2:
            _over(parent, parts)
        case "munder" if len(parts) == 2:
            _slots(_made(parent, "m:limLow"), ("m:e", "m:lim"), parts)
        case "munderover" if len(parts) == 3:
            made = _made(_made(_made(parent, "m:limUpp"), "m:e"), "m:limLow")
            _slots(made, ("m:e", "m:lim"), parts[:2])
            _slots(made.getparent().getparent(), ("m:lim",), parts[2:])
        case "mtable":
            made = _made(parent, "m:m")
            for row in parts:
                cells = _made(made, "m:mr")
                for cell in row:
                    _fill(_made(cells, "m:e"), cell)
        case _:
            _row(parent, parts)


def _row(parent: _Xml, parts: list[Element]) -> None:
    """Neighbours; what stands in stretching brackets grows them."""
    stretches = len(parts) >= 2 and parts[0].tag == "mo" and parts[0].get("stretchy") == "true"
    first, last = (parts[0].text or "", parts[-1].text or "") if stretches else ("", "")
    if stretches and (first in _OPEN or last in _CLOSE) and parts[-1].tag == "mo":
        made = _made(parent, "m:d")
        properties = _made(made, "m:dPr")
        for name, value in (("m:begChr", first), ("m:endChr", last)):
            _made(properties, name).set(qn("m:val"), value)
        _fill(_made(made, "m:e"), parts[1:-1])
        return
    _fill(parent, parts)


def _over(parent: _Xml, parts: list[Element]) -> None:
    mark = (parts[1].text or "").strip()
    if parts[1].tag == "mo" and mark in _ACCENTS:
        made = _made(parent, "m:acc")
        _property(made, "m:accPr", "m:chr", mark)
        _slots(made, ("m:e",), parts[:1])
    else:
        _slots(_made(parent, "m:limUpp"), ("m:e", "m:lim"), parts)


def _slots(made: _Xml, names: Iterable[str], parts: Iterable[Element]) -> None:
    for name, part in zip(names, parts, strict=True):
        _add(_made(made, name), part)


def _run(parent: _Xml, element: Element) -> None:
    upright = element.tag in ("mtext", "ms", "mn", "mo") or element.get("mathvariant") == "normal"
    _text(parent, element.text or "", upright=upright)


def _text(parent: _Xml, text: str, *, upright: bool) -> None:
    run = _made(parent, "m:r")
    if upright:
        _property(run, "m:rPr", "m:sty", "p")
    written = _made(run, "m:t")
    written.text = text
    written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _property(made: _Xml, group: str, name: str, value: str) -> None:
    _made(_made(made, group), name).set(qn("m:val"), value)


def _made(parent: _Xml, name: str) -> _Xml:
    child = OxmlElement(name)
    parent.append(child)
    return child
