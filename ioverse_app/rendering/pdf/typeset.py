"""Spans made into lines: fonts chosen, words measured, lines broken, directions put right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from fpdf import FPDF

from ioverse_app.rendering.pdf import breaks
from ioverse_app.rendering.pdf.faces import CJK, EMOJI, Face, Faces
from ioverse_app.rendering.pdf.formula import Drawn, draw
from ioverse_app.rendering.pdf.ink import Ink
from ioverse_app.rendering.pdf.set_line import Box, Look, Piece, Run, SetLine, placed, total
from ioverse_app.rendering.tree import Break, Formula, Line, NoteMark, Picture, Words

_SHAPED = re.compile(
    "[\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\u200d\ufb1d-\ufdff\ufe70-\ufeff\U0001f1e6-\U0001f1ff"
    "\U0001f3fb-\U0001f3ff\u0300-\u036f]"
)
_PLAIN = re.compile("[!-,.-~]+(?![\u0300-\u036f\ufe0f\u20e3])")
_SPACES = re.compile("[^\\S\u00a0]")
_KEYS = ("\ufe0f", "\u20e3")
_KANA = re.compile("[\u3040-\u30ff]")
_HAN = re.compile("[\u3400-\u9fff]")
_UNSEEN = set(
    "\u200b\u200c\u200e\u200f\u00ad\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069\ufe0e"
)


Inline: TypeAlias = Words | Formula | Picture | NoteMark


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    ink: Ink
    face: Face | None
    box: Drawn | None = None


@dataclass(slots=True)
class _Word:
    """What is not broken, and the spaces behind it."""

    pieces: list[Piece]
    spaces: list[Piece]
    width: float
    space: float
    ends_line: bool = False


class Typesetter:
    """Makes lines in the fonts of one document. All widths are points."""

    def __init__(self, pdf: FPDF, faces: Faces) -> None:
        self._pdf = pdf
        self._faces = faces
        self._widths: dict[tuple[str, str, str, bool], float] = {}

    def lines(self, line: Line, ink: Ink, width: float, spacing: float = 1.42) -> list[SetLine]:
        """The lines that a paragraph makes in this width."""
        made: list[SetLine] = []
        for part in _parts(line):
            chars = list(self._chars(part, ink))
            made += self._broken(chars, ink, width, spacing)
        return made

    def code(self, lines: Sequence[Sequence[tuple[str, Ink]]], width: float) -> Iterator[SetLine]:
        """Lines of code, with every space that they have; those that are too long are folded."""
        for line in lines:
            chars = [
                _Char("\u00a0" if char.text == " " else char.text, char.ink, char.face)
                for text, ink in line
                for char in self._of_words(text, ink, whole=not breaks.TURNS.search(text))
            ]
            ink = line[0][1] if line else Ink(size=9.0)
            yield from self._broken(chars, ink, width, 1.36)

    def runs_right(self, line: Line) -> bool:
        """Whether a paragraph runs from right to left."""
        text = "".join(span.text for span in line if isinstance(span, Words))
        return breaks.directions(text)[0]

    def narrowest(self, line: Line, ink: Ink) -> tuple[float, float]:
        """The width of the longest word of a line, and of all of it."""
        longest = whole = 0.0
        for part in _parts(line):
            chars = list(self._chars(part, ink))
            words = self._words(chars, [0] * len(chars))
            longest = max([longest, *(word.width for word in words)])
            whole = max(whole, sum(word.width + word.space for word in words))
        return longest, whole

    def width(self, text: str, look: Look) -> float:
        """How wide a text is."""
        shaped = self.is_shaped(text, look)
        key = (text, look.face.family, look.face.style, shaped)
        if key not in self._widths:
            self._pdf.set_font(look.face.family, look.face.style, 10)
            self._pdf.set_text_shaping(shaped)
            self._widths[key] = self._pdf.get_string_width(text)
            self._pdf.set_text_shaping(False)
        return self._widths[key] * look.ink.size / 10

    @staticmethod
    def is_shaped(text: str, look: Look) -> bool:
        """Whether these characters take their forms from their neighbours."""
        if text.isascii():
            return False
        return look.chinese or look.face.family == EMOJI or bool(_SHAPED.search(text))

    def _chars(self, spans: Sequence[Inline], ink: Ink) -> Iterator[_Char]:
        whole = not any(
            isinstance(span, Words) and breaks.TURNS.search(span.text) for span in spans
        )
        for span in spans:
            match span:
                case Words():
                    yield from self._of_words(span.text, ink.of(span), whole=whole)
                case Formula(tex=tex):
                    if drawn := draw(tex, ink.size):
                        yield _Char("\ufffc", ink, None, drawn)
                    else:
                        yield from self._of_words(tex, ink.of(Words(tex, code=True)))
                case Picture(source=source, words=words):
                    link = source if source.startswith(("http://", "https://")) else ""
                    named = Words(words or "Image", italic=True, link=link)
                    yield from self._of_words(named.text, ink.of(named))
                case NoteMark(number=number):
                    yield from self._of_words(str(number), ink.raised())

    def _of_words(self, text: str, ink: Ink, *, whole: bool = False) -> Iterator[_Char]:
        """The characters with their fonts; whole words of plain letters at once where it may be."""
        text = _SPACES.sub(" ", text)
        last: Face | None = None
        at = 0
        while at < len(text):
            if whole and (match := _PLAIN.match(text, at)):
                last = self._faces.face("x", ink.family, ink.style)
                yield _Char(match[0], ink, last)
                at = match.end()
                continue
            if text[at] == " " and last and last.family != EMOJI:
                yield _Char(" ", ink, last)
                at += 1
                continue
            if emoji := self._emoji(text, at):
                last = self._faces.emoji()
                for character in emoji:
                    yield _Char(character, ink, last)
                at += len(emoji)
                continue
            character = text[at]
            at += 1
            if character in _UNSEEN or (character == "\ufe0f"):
                continue
            goes_on = last is not None and last.family != EMOJI and breaks.joins(character)
            if last and goes_on and ord(character) in last.characters:
                yield _Char(character, ink, last)
                continue
            last = self._faces.face(character, ink.family, ink.style)
            if last is None:
                character, last = "\u25a1", self._faces.face("\u25a1", ink.family, ink.style)
            yield _Char(character, ink, last)

    def _emoji(self, text: str, at: int) -> str:
        """The emoji that begins here, with all that belongs to it, or ""."""
        if text[at] < "\u203c" and text[at + 1 : at + 2] not in _KEYS:
            return ""
        match = _EMOJI.match(text, at)
        face = self._faces.emoji() if match else None
        if not match or not face:
            return ""
        drawable = all(ord(c) in face.characters or c in "\u200d\ufe0f" for c in match[0])
        return match[0] if drawable else ""

    def _broken(
        self, chars: Sequence[_Char], ink: Ink, width: float, spacing: float
    ) -> Iterator[SetLine]:
        text = "".join(char.text for char in chars)
        right_to_left, levels = breaks.directions(text)
        if len(levels) != len(chars):  # whole words: then everything runs one way
            levels = [0] * len(chars)
        words = self._words(chars, levels)
        line: list[_Word] = []
        used = 0.0
        for word in words:
            pending = [word]
            if word.width > width:
                pending = list(self._cut(word, width, width - used if line else width))
            for part in pending:
                if line and used + part.width > width + 0.01:
                    yield self._set(line, ink, spacing, right_to_left)
                    line, used = [], 0.0
                line.append(part)
                used += part.width + part.space
        yield self._set(line, ink, spacing, right_to_left)

    def _words(self, chars: Sequence[_Char], levels: Sequence[int]) -> list[_Word]:
        words: list[_Word] = []
        start = 0
        count = len(chars)
        while start < count:
            end = start
            while end < count and chars[end].text != " ":
                end += 1
                if end == count or chars[end].text == " ":
                    break
                if breaks.may_end(chars[end - 1].text[-1], chars[end].text[0]):
                    break
            after = end
            while after < count and chars[after].text == " ":
                after += 1
            word = self._pieces(chars[start:end], levels[start:end])
            spaces = self._pieces(chars[end:after], levels[end:after])
            words.append(_Word(word, spaces, total(word), total(spaces)))
            start = after
        return words

    def _pieces(self, chars: Sequence[_Char], levels: Sequence[int]) -> list[Piece]:
        if len(chars) == 1 and (char := chars[0]).face and char.text.isascii():
            look = Look(char.ink, char.face, levels[0])
            return [Run(char.text, look, self.width(char.text, look))]
        pieces: list[Piece] = []
        text = "".join(char.text for char in chars)
        chinese = bool(_HAN.search(text)) and not self._japanese
        kept, look = "", None

        def cut() -> None:
            if look and kept:
                pieces.append(Run(kept, look, self.width(kept, look)))

        for char, level in zip(chars, levels, strict=True):
            if char.box:
                cut()
                kept, look = "", None
                pieces.append(Box(char.box, char.ink, level))
            elif char.face:
                now = Look(char.ink, char.face, level, chinese and char.face.family == CJK)
                if now != look:
                    cut()
                    kept, look = "", now
                kept += char.text
        cut()
        return pieces

    _japanese = False

    def language_of(self, text: str) -> None:
        """Take the Japanese or the Chinese forms of the characters that both have."""
        self._japanese = bool(_KANA.search(text))

    def _cut(self, word: _Word, width: float, room: float) -> Iterator[_Word]:
        """A word that is longer than a line, in parts that are not."""
        kept: list[Piece] = []
        used = 0.0
        for piece in word.pieces:
            if isinstance(piece, Box) or piece.width <= room - used:
                kept.append(piece)
                used += piece.width
                continue
            text = ""
            for at, character in enumerate(piece.text):
                wide = self.width(text + character, piece.look)
                fits = used + wide <= room
                if (
                    not fits
                    and (text or kept)
                    and (not text or breaks.may_end_at_need(text[-1], character) or wide > width)
                ):
                    if text:
                        kept.append(Run(text, piece.look, self.width(text, piece.look)))
                    yield _Word(kept, [], total(kept), 0.0)
                    kept, used, text, room = [], 0.0, "", width
                text += piece.text[at]
            if text:
                kept.append(Run(text, piece.look, self.width(text, piece.look)))
                used += kept[-1].width
        yield _Word(kept, word.spaces, total(kept), word.space)

    def _set(self, words: Sequence[_Word], ink: Ink, spacing: float, right: bool) -> SetLine:
        pieces: list[Piece] = []
        for at, word in enumerate(words):
            pieces += word.pieces
            if at < len(words) - 1:
                pieces += word.spaces
        merged = self._merged(pieces)
        space = ink.size * spacing
        above, below = space * 0.72, space * 0.28
        for piece in merged:
            if isinstance(piece, Box):
                above = max(above, piece.drawn.above + 1.5)
                below = max(below, piece.drawn.below + 1.5)
        return SetLine(tuple(placed(merged)), total(merged), above, below, right)

    def _merged(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Neighbours in the same look made one, so that they are one text in the document."""
        merged: list[Piece] = []
        for piece in pieces:
            last = merged[-1] if merged else None
            if isinstance(piece, Run) and isinstance(last, Run) and piece.look == last.look:
                text = last.text + piece.text
                shaped = self.is_shaped(text, last.look)
                width = self.width(text, last.look) if shaped else last.width + piece.width
                merged[-1] = replace(last, text=text, width=width)
            else:
                merged.append(piece)
        return merged


_PICTOGRAPH = "[\u203c-\u3299\U0001f000-\U0001faff]"
_MORE = "(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # two letters of a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a key
    f"|(?:[\U0001f000-\U0001faff]|[\u203c-\u3299](?=\ufe0f)){_MORE}"
    f"(?:\u200d{_PICTOGRAPH}{_MORE})*"
)


def _parts(line: Line) -> Iterator[list[Inline]]:
    """The spans between the ends of lines that the writer wanted."""
    part: list[Inline] = []
    trimmed = True
    for span in line:
        if isinstance(span, Break):
            yield part
            part, trimmed = [], True
            continue
        if trimmed and isinstance(span, Words):
            text = span.text.lstrip(" \t\n")
            if not text:
                continue
            span = replace(span, text=text)
        trimmed = False
        part.append(span)
    yield part
