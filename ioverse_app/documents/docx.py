"""The text of a DOCX, which is XML in a zip: paragraphs, headings, lists and tables.

Format: ECMA-376, part 1, chapter 17 (WordprocessingML).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError

from ioverse_app.documents.document import Document, Limits, Refusal
from ioverse_app.documents.text import tidied

ENTRIES: Final = 5000
UNPACKED: Final = 300_000_000
MOST_OF_TEXT: Final = 60_000_000
RATIO: Final = 300
"""A zip may hold so many files, so many bytes, so much text, and text packed so many times."""

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BODY: Final = "word/document.xml"
_SMALL: Final = 1_000_000  # below this any ratio is harmless


def read(path: Path, limits: Limits) -> Document:
    """The text of its body, cut where there is no more room."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive)
            with archive.open(_BODY) as body:
                lines, cut = _lines(body, limits.characters)
    except (zipfile.BadZipFile, ParseError, EOFError, NotImplementedError, ValueError, OSError):
        raise Refusal("file_damaged") from None
    except RuntimeError:  # how zipfile says that there is a password
        raise Refusal("file_locked") from None
    text = tidied("\n".join(lines)).strip()
    if not text:
        raise Refusal("file_without_text")
    cut = cut or len(text) > limits.characters
    return Document("docx", MEDIA_TYPE, text[: limits.characters], cut)


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise Refusal("file_bomb")
    bodies = [entry for entry in entries if entry.filename == _BODY]
    if not bodies:
        raise Refusal("file_unknown")
    size, packed = bodies[0].file_size, bodies[0].compress_size
    if size > MOST_OF_TEXT or (size > _SMALL and size > RATIO * max(packed, 1)):
        raise Refusal("file_bomb")


def _lines(body: IO[bytes], most: int) -> tuple[list[str], bool]:
    """The lines, and whether there were more; at most about `most` characters."""
    lines: list[str] = []
    length = 0
    for line in _blocks(body):
        lines.append(line)
        length += len(line) + 1
        if length > most:
            return lines, True
    return lines, False


def _blocks(body: IO[bytes]) -> Iterator[str]:
    """A line for each paragraph outside of tables, and for each row of those."""
    from defusedxml.ElementTree import iterparse

    tables = 0
    for event, element in iterparse(body, events=("start", "end"), forbid_dtd=True):
        tag = _tag(element)
        if tag == "tbl":
            tables += 1 if event == "start" else -1
        if event == "start":
            continue
        if tag == "p" and not tables:
            yield _paragraph(element)
        elif tag == "tr" and tables == 1:
            cells = (" ".join(_texts(cell)) for cell in element if _tag(cell) == "tc")
            yield "| " + " | ".join(cells) + " |"
        if (tag == "p" and not tables) or (tag == "tr" and tables == 1):
            element.clear()


def _paragraph(element: Element) -> str:
    text = "".join(_texts(element))
    style = next((_value(each) for each in element.iter() if _tag(each) == "pStyle"), "")
    level = style.removeprefix("Heading")
    if style.startswith("Heading") and level.isdigit() and text:
        return f"{'#' * min(int(level), 6)} {text}"
    is_listed = any(_tag(each) == "numPr" for each in element.iter())
    return f"- {text}" if is_listed and text else text


def _texts(element: Element) -> Iterator[str]:
    for each in element.iter():
        match _tag(each):
            case "t":
                yield each.text or ""
            case "tab":
                yield "\t"
            case "br" | "cr":
                yield "\n"
            case _:
                pass


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element: Element) -> str:
    return next((value for name, value in element.attrib.items() if name.endswith("}val")), "")
