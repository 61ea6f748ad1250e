"""Formulas as MathML, which browsers draw and from which DOCX begins."""

from __future__ import annotations

import functools
from xml.etree import ElementTree

from latex2mathml import converter

MOST = 5_000
"""Characters of one formula; a longer one is shown as it was written."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _names(
    """
    math mrow mi mn mo mtext ms mspace mfrac msqrt mroot mstyle merror mpadded mphantom mfenced
    menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr
    mtd mlabeledtr
    """
)
_ATTRIBUTES = _names(
    """
    accent accentunder columnalign columnlines columnspacing columnspan depth dir display
    displaystyle fence form height largeop linethickness lspace mathcolor mathsize mathvariant
    maxsize minsize movablelimits notation rowlines rowspacing rowspan rspace scriptlevel
    separator stretchy symmetric voffset width
    """
)


@functools.lru_cache(maxsize=2_000)
def of(tex: str, *, alone: bool = False) -> str | None:
    """The MathML of a formula, or None if it is not understood."""
    root = tree(tex, alone=alone)
    if root is None:
        return None
    root.set("xmlns", "http://www.w3.org/1998/Math/MathML")
    root.set("alttext", tex)
    return ElementTree.tostring(root, encoding="unicode")


def tree(tex: str, *, alone: bool = False) -> ElementTree.Element | None:
    """The same as elements: tags without a namespace, and nothing that links or runs."""
    if len(tex) > MOST:
        return None
    try:
        made = converter.convert(tex, display="block" if alone else "inline")
        root = ElementTree.fromstring(made)  # noqa: S314
    except Exception:  # the library raises whatever it stumbles over
        return None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if element.tag not in _TAGS:
            element.tag = "mrow"
        for name in [name for name in element.attrib if name not in _ATTRIBUTES]:
            del element.attrib[name]
    return root
