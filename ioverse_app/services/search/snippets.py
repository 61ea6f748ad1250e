"""Where a query is in a text, what of the text is shown for it, and how well it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ioverse_app.services.search.query import Query, Term
from ioverse_app.words import LETTER, LONGEST, pieces, plain

WIDTH = 180
BEFORE = 50
"""Characters of a snippet, and how many of them stand before the first match."""

_MATCHES = 200
_USUAL = 600
"""Characters of a text that is neither short nor long."""

_SHARP_S = re.compile("ss|ß")
_LETTERS = re.compile(f"{LETTER}+")
_SPACE = re.compile(r"\s")

# What Markdown writes and nobody reads: rules of tables, addresses of links, marks of style.
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")
_MARKS = re.compile(
    r"^[ \t]*(?:[|:\- ]{3,}$|#{1,6} |>+ ?|```[\w+-]*$)"
    r"|\*\*|__|~~|`|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)",
    re.MULTILINE,
)
_BARS = re.compile(r"[ \t]*\|[ \t]*")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text; `marks` are the matches in it, from and to before, in characters."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The text in pieces, and which of them are matches."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        for begin, end in self.marks:
            pieces += [(self.text[at:begin], False), (self.text[begin:end], True)]
            at = end
        return [piece for piece in [*pieces, (self.text[at:], False)] if piece[0]]


def readable(markdown: str) -> str:
    """The words of a text without the marks of Markdown, as a result shows them."""
    text = _MARKS.sub("", _LINK.sub(r"\1", markdown))
    return _BARS.sub(" ", text).strip() or markdown


class Matcher:
    """Finds the terms of a query in texts, character by character."""

    def __init__(self, query: Query) -> None:
        self._patterns = [made for term in query.terms if (made := _Pattern.of(term))]

    def relevance(self, text: str) -> float:
        """How well a text fits, from 0 to 1: often and in few words is best (as BM25 has it)."""
        if not self._patterns:
            return 0.0
        folded = plain(text)
        length = 1.2 * (0.25 + 0.75 * len(text) / _USUAL)
        found = [sum(1 for _ in pattern.matches(folded)) for pattern in self._patterns]
        return sum(count / (count + length) for count in found) / len(found)

    def snippet(self, text: str, width: int = WIDTH) -> Snippet:
        """The piece of the text in which most of the terms are, or its beginning."""
        matches = self._matches(text)
        begin = _begin(text, _best(matches, width), width)
        end = _end(text, begin + width)
        marks = _joined([(a, b) for a, b, _ in matches if a >= begin and b <= end])
        lead, trail = "…" if begin else "", "…" if end < len(text) else ""
        shift = len(lead) - begin
        shown = lead + _SPACE.sub(" ", text[begin:end]) + trail
        return Snippet(shown, tuple((a + shift, b + shift) for a, b in marks))

    def whole(self, text: str) -> Snippet:
        """All of a short text."""
        return Snippet(text, tuple(_joined([(a, b) for a, b, _ in self._matches(text)])))

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        folded = plain(text)
        found: list[tuple[int, int, int]] = []
        for which, pattern in enumerate(self._patterns):
            found += [(begin, end, which) for begin, end in pattern.matches(folded)]
        return sorted(found)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How a term looks in a plain text; which of its ends are ends of words."""

    source: re.Pattern[str]
    begins_word: bool
    ends_word: bool
    goes_on: bool

    @classmethod
    def of(cls, term: Term) -> _Pattern | None:
        """What to look for. Between its words anything may stand that is no letter."""
        found = list(pieces(term.text))
        if not found:
            return None
        source, before = "", True
        for piece, unspaced in found:
            gap = "*" if unspaced or before else "+"
            source += rf"[\W_]{gap}" if source else ""
            source += _SHARP_S.sub("(?:ss|ß)", re.escape(piece[:LONGEST]))
            before = unspaced
        last, unspaced = found[-1]
        goes_on = not unspaced and (term.is_beginning or len(last) > LONGEST)
        ends_word = not unspaced and not goes_on
        return cls(re.compile(source), not found[0][1], ends_word, goes_on)

    def matches(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it is, at most so many times."""
        for match in islice(self.source.finditer(text), _MATCHES):
            begin, end = match.span()
            if self.begins_word and begin and _LETTERS.match(text, begin - 1):
                continue
            rest = _LETTERS.match(text, end) if self.ends_word or self.goes_on else None
            if rest and self.ends_word:
                continue
            yield begin, rest.end() if rest else end


def _best(matches: Sequence[tuple[int, int, int]], width: int) -> int:
    """Where the matches begin that have the most terms between them."""
    best, most = 0, 0
    for at, (begin, _, _) in enumerate(matches[:_MATCHES]):
        near = {which for a, _, which in matches[at : at + 40] if a < begin + width - BEFORE}
        if len(near) > most:
            best, most = begin, len(near)
    return best


def _begin(text: str, match: int, width: int) -> int:
    """Where the snippet begins: at a word, a little before its match."""
    if match <= BEFORE or len(text) <= width:
        return 0
    begin = match - BEFORE
    space = _SPACE.search(text, begin, match)
    return space.end() if space else begin


def _end(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - 30, end)
    return space if space > 0 else end


def _joined(marks: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks that touch or overlap become one."""
    joined: list[tuple[int, int]] = []
    for begin, end in marks:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > begin:
            joined.append((begin, end))
    return joined
