"""The whole document: the title, and every turn below it, in the outline as well."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

from PIL import Image

from ioverse_app.rendering.markdown import parse
from ioverse_app.rendering.pdf.blocks import Blocks
from ioverse_app.rendering.pdf.ink import GRAY, RULE, SMALL, SOFT, Ink
from ioverse_app.rendering.pdf.sheet import Ground, Sheet
from ioverse_app.rendering.transcript import Enclosed, Transcript, Turn
from ioverse_app.rendering.tree import Break, Line, Words

PIXELS = 1_600
"""The longer side of a picture in the document."""

_OUTLINE = 80
_INDENT = re.compile(r"^ +| (?= )")


def write(transcript: Transcript, web: Path | None = None) -> bytes:
    """The document as PDF. `web` is where the packages of the pages are, for the emoji's font."""
    sheet = Sheet(transcript.title, transcript.creator, web)
    writer = _Writer(sheet)
    writer.title(transcript)
    for turn in transcript.turns:
        writer.turn(turn)
    writer.what_is_missing()
    return sheet.finish()


class _Writer:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._blocks = Blocks(sheet)

    def title(self, transcript: Transcript) -> None:
        self._sheet.pdf.start_section(transcript.title, level=0)
        self._lines((Words(transcript.title),), Ink(size=20, bold=True), 1.25)
        if transcript.about:
            self._sheet.gap(2)
            self._lines((Words(transcript.about),), Ink(size=SMALL + 0.5, colour=GRAY))
        self._sheet.gap(8)
        self._sheet.rule(self._sheet.left, self._sheet.y, self._sheet.width)
        self._sheet.gap(6)

    def turn(self, turn: Turn) -> None:
        sheet = self._sheet
        sheet.gap(14)
        sheet.room(60)
        sheet.pdf.start_section(_short(f"{turn.author}: {turn.words}"), level=1, strict=False)
        who = Words(turn.author, bold=True)
        self._lines((who, Words(f"  {turn.moment}")), Ink(size=SMALL + 0.5, colour=GRAY))
        sheet.gap(3)
        if turn.thoughts:
            self._aside("Reasoning", turn.thoughts, verbatim=False)
        self._said(turn.words, verbatim=turn.verbatim)
        for one in turn.enclosed:
            self._enclosed(one)
        if turn.translation:
            self._aside("Translation", turn.translation, verbatim=turn.verbatim)
        for note in turn.notes:
            self._lines((Words(note, italic=True),), Ink(size=SMALL + 0.5, colour=GRAY))

    def what_is_missing(self) -> None:
        """Say which characters no font here can draw, and what helps."""
        if not self._sheet.faces.missing:
            return
        scripts = sorted({_script(character) for character in self._sheet.faces.missing})
        self._sheet.gap(20)
        self._lines(
            (
                Words(
                    f"Some characters are shown as □: this server has no font for "
                    f"{', '.join(scripts[:8])}. With the Noto fonts (on Debian and Ubuntu: "
                    "apt install fonts-noto-core) they are drawn."
                ),
            ),
            Ink(size=SMALL, colour=GRAY, italic=True),
        )

    def _said(self, words: str, *, verbatim: bool) -> None:
        sheet = self._sheet
        sheet.typesetter.language_of(words)
        if not verbatim:
            self._blocks.write(parse(words))
            return
        ground = Ground(sheet.left, sheet.width, SOFT)
        with sheet.inside(10, ground):
            sheet.width -= 10
            sheet.pad(5)
            for line in sheet.typesetter.lines(_verbatim(words), Ink(), sheet.width):
                sheet.line(line)
            sheet.pad(5)

    def _aside(self, name: str, words: str, *, verbatim: bool) -> None:
        sheet = self._sheet
        sheet.gap(6)
        with sheet.inside(14, Ground(sheet.left, 2, RULE)):
            self._lines((Words(name, bold=True),), Ink(size=SMALL, colour=GRAY))
            if verbatim:
                self._lines(_verbatim(words), Ink())
            else:
                Blocks(sheet, Ink(size=9.5, colour=GRAY)).write(parse(words))
        sheet.gap(6)

    def _enclosed(self, one: Enclosed) -> None:
        sheet = self._sheet
        sheet.gap(6)
        picture = _picture(one) if one.data else None
        if picture is None:
            self._lines((Words(f"Attached: {one.name}"),), Ink(size=9, colour=GRAY))
            return
        scale = min(0.75, sheet.width / picture.width, 300 / picture.height)
        width, height = picture.width * scale, picture.height * scale
        sheet.room(height)
        sheet.pdf.image(picture, sheet.left, sheet.y, width, height, alt_text=one.name)
        sheet.y += height + 4

    def _lines(self, line: Line, ink: Ink, spacing: float = 1.42) -> None:
        for made in self._sheet.typesetter.lines(line, ink, self._sheet.width, spacing):
            self._sheet.line(made)


def _verbatim(text: str) -> Line:
    spans: list[Words | Break] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        spans += [
            Words(_INDENT.sub(lambda spaces: "\u00a0" * len(spaces[0]), line.expandtabs(4))),
            Break(),
        ]
    return tuple(spans[:-1])


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _OUTLINE else f"{text[: _OUTLINE - 1]}…"


def _script(character: str) -> str:
    return unicodedata.name(character, "unknown").split(" ")[0].capitalize()


def _picture(one: Enclosed) -> Image.Image | None:
    """The picture, no larger than it can be seen; None if it is broken or too large to open."""
    try:
        picture = Image.open(io.BytesIO(one.data))
        picture.thumbnail((PIXELS, PIXELS))
        return picture if picture.mode in ("RGB", "RGBA", "L") else picture.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
