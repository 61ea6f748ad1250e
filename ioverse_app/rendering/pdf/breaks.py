"""Where a line may end (after UAX #14, as far as it is needed), and which way words run."""

from __future__ import annotations

import re
import unicodedata

from fpdf.bidi import BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection

# What may not begin a line, and what may not end one, in Chinese and Japanese.
_NOT_FIRST = set(
    "、。，．：；！？）］｝〉》」』】〕〗〙’”％‰℃ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ…‥・"
)
_NOT_LAST = set("（［｛〈《「『【〔〖〘‘“＄￥￡")
_AFTER = set("-–—/?&=_.,;")
_THAI_LEADING = set("เแโใไ")
TURNS = re.compile(
    "[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What may turn the direction of a line."""


def is_ideograph(character: str) -> bool:
    """Whether lines may end beside this character: Chinese, Japanese, and their punctuation."""
    code = ord(character)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def is_spaceless(character: str) -> bool:
    """Thai, Lao, Khmer and Burmese, which put no spaces between words."""
    code = ord(character)
    return 0x0E00 <= code <= 0x0EFF or 0x1780 <= code <= 0x17FF or 0x1000 <= code <= 0x109F


def may_end(before: str, after: str) -> bool:
    """Whether a line may end between these two characters, neither of which is a space."""
    if is_ideograph(before) or is_ideograph(after):
        return before not in _NOT_LAST and after not in _NOT_FIRST
    if before == "\u200b" or before == "\u00ad":
        return True
    return before in "-–—" and after.isalpha()


def may_end_at_need(before: str, after: str) -> bool:
    """Whether a word that is longer than a line may be cut here."""
    if joins(after) or before == "\u200d" or before in _THAI_LEADING:
        return False
    if after in "ะาำๆฯ":
        return False
    if is_spaceless(before):
        return True
    return not (before.isalnum() and after in _AFTER)


def joins(character: str) -> bool:
    """Whether this character belongs to the one before it."""
    return (
        unicodedata.combining(character) != 0
        or unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in "\u200d\ufe0e\ufe0f\u0e33"
        or 0x1F3FB <= ord(character) <= 0x1F3FF
    )


def directions(text: str) -> tuple[bool, list[int]]:
    """Whether a paragraph runs from right to left, and the level of each of its characters."""
    if not TURNS.search(text):
        return False, [0] * len(text)
    base = auto_detect_base_direction(text)
    paragraph = BidiParagraph(text, base, preserve_bn_chars=True)
    levels = [character.embedding_level for character in paragraph.get_characters()]
    is_right = base == TextDirection.RTL
    if len(levels) != len(text):  # it drops marks that are only about direction
        return is_right, [int(is_right)] * len(text)
    return is_right, levels
