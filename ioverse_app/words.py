"""How text is cut into the words that are searched for, the same for every database.

A word is folded: no case, no accents, no width. Scripts that put no spaces between words (Chinese,
Japanese, Thai and their neighbours), and Korean with its endings, become overlapping pairs of
characters: 日本語 is 日本 本語 語. A row of pairs is then any part of such a text, found exactly.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

LONGEST = 40
"""Characters of a word that count; what is longer is a number or a key."""

MOST = 200_000
"""Characters of one text that are looked at."""

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Korean
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31ff"  # Japanese, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
    "\uff66-\uff9f"  # narrow Katakana
)


def _joined(categories: tuple[str, ...]) -> str:
    """The characters of these categories that belong to the letter before them."""
    codes = range(0x300, 0xFE30)
    return "".join(chr(code) for code in codes if unicodedata.category(chr(code)) in categories)


# Accents, Hebrew points, Arabic vowel signs and the line that stretches a word.
_ACCENTS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
)

LETTER = rf"[^\W_{_UNSPACED}]"
"""What a word of a script with spaces is made of, as a regular expression."""

_ASCII = re.compile(r"[a-z0-9]+")
_ACCENT = re.compile(f"[{_ACCENTS}]+")
_RUN = re.compile(rf"([{_UNSPACED}]+)|(?:{LETTER}|[{_joined(('Mn', 'Mc'))}])+")


def words(text: str) -> list[str]:
    """The words of a text, in order."""
    text = text[:MOST]
    if text.isascii():
        return [word[:LONGEST] for word in _ASCII.findall(text.lower())]
    return [word for run, unspaced in _runs(text) for word in (_pairs(run) if unspaced else [run])]


def phrase(text: str) -> tuple[list[str], bool]:
    """The words to look for in a row, and whether the last one is only a beginning.

    What ends in an unspaced script may go on in any way: its last character belongs to a pair.
    """
    found: list[str] = []
    unspaced, run = False, ""
    for run, unspaced in _runs(text[:MOST]):
        found += _pairs(run) if unspaced else [run]
    if unspaced and len(run) > 1:
        return found[:-1], False
    return found, unspaced


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """What to look for in a plain text: words, and stretches of unspaced script (True)."""
    for match in _RUN.finditer(_ACCENT.sub("", plain(text))):
        yield match[0], bool(match[1])


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Folded words, and folded stretches of unspaced script (True)."""
    for match in _RUN.finditer(text):
        if unspaced := match[1]:
            yield unicodedata.normalize("NFKC", unspaced), True
        else:
            for word in _folded(match[0]):
                yield word, False


def plain(text: str) -> str:
    """The text as it is compared, character by character: its places are those of the text."""
    return text.lower() if text.isascii() else text.translate(_PLAIN)


@functools.lru_cache(20_000)
def _folded(word: str) -> tuple[str, ...]:
    """A word without case, accents and width; some, like ½, are several."""
    if word.isascii():
        return (word.lower()[:LONGEST],)
    apart = _ACCENT.sub("", unicodedata.normalize("NFKD", word.casefold()))
    whole = unicodedata.normalize("NFC", apart).casefold()
    return tuple(match[0][:LONGEST] for match in _RUN.finditer(whole))


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run))]


class _Plain(dict[int, int]):
    """One character for one: folded where that is one character, else in lower case."""

    def __missing__(self, code: int) -> int:
        folded = _ACCENT.sub("", unicodedata.normalize("NFKD", chr(code)).casefold())
        folded = unicodedata.normalize("NFC", folded)
        lower = chr(code).lower()
        kept = folded if len(folded) == 1 else lower if len(lower) == 1 else chr(code)
        self[code] = ord(kept)
        return self[code]


_PLAIN = _Plain()
