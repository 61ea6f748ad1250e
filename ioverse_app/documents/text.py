"""Text, code, tables and everything else that is written in characters."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePath
from typing import Final

from ioverse_app.documents.document import Document, Limits, Refusal

SAMPLE: Final = 100_000
"""How many bytes the encoding is guessed from."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS: Final[list[str]] = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "koi8_r",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
]
"""What is still met where it is not UTF-8, the most likely first."""

_TYPES: Final = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".md": "text/markdown"}
_CONTROLS: Final = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\v\x1b\b")


def read(path: Path, name: str, limits: Limits) -> Document:
    """The text of a file in whatever encoding it is."""
    with path.open("rb") as file:
        raw = file.read(4 * limits.characters + 4)  # no encoding has longer characters
        whole = not file.read(1)
    text = tidied(_decoded(raw, whole))
    if not text.strip():
        raise Refusal("file_empty")
    media_type = _TYPES.get(PurePath(name).suffix.lower(), "text/plain")
    cut = len(text) > limits.characters or not whole
    return Document("text", media_type, text[: limits.characters], cut)


def tidied(text: str) -> str:
    """With line breaks of one kind, and nothing that a database cannot keep."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode()


def _decoded(raw: bytes, whole: bool) -> str:
    for encoding in (*_marked(raw), "utf-8"):
        text = _tried(raw, encoding, whole)
        if text is not None and _is_readable(text):
            return text
    text = _tried(raw, _guessed(raw), whole)
    if text is None or not _is_readable(text):
        raise Refusal("file_not_text")
    return text


def _marked(raw: bytes) -> list[str]:
    return [encoding for mark, encoding in _MARKS if raw.startswith(mark)][:1]


def _tried(raw: bytes, encoding: str | None, whole: bool) -> str | None:
    """The text, but for a character that the end of the sample cut in two."""
    if encoding is None:
        return None
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(raw, final=whole)
    except (UnicodeError, LookupError):
        return None


def _guessed(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    if b"\0" in raw[:SAMPLE]:
        return None
    matches = list(from_bytes(raw[:SAMPLE], cp_isolation=_ENCODINGS))
    matches.sort(key=lambda m: (m.chaos, -m.coherence, _ENCODINGS.index(m.encoding)))
    return matches[0].encoding if matches else None


def _is_readable(text: str) -> bool:
    """Whether hardly any of its characters are ones that nobody types."""
    sample = text[:SAMPLE]
    return sum(character in _CONTROLS for character in sample) <= len(sample) // 200
