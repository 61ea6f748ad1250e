"""The formats, and the file that is made in each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ioverse_app.services.exports import child, portable, text
from ioverse_app.services.exports.pictures import bytes_of
from ioverse_app.services.exports.snapshot import Exported
from ioverse_app.services.exports.transcripts import transcript

NAME_MAX = 80
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Format(StrEnum):
    """What a conversation can be written as."""

    PDF = "pdf"
    MARKDOWN = "markdown"
    HTML = "html"
    DOCX = "docx"
    JSON = "json"

    @property
    def label(self) -> str:
        """As people call it."""
        return "Markdown" if self is Format.MARKDOWN else self.value.upper()


_ENDINGS = {Format.MARKDOWN: "md"}
MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.HTML: "text/html; charset=utf-8",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class File:
    """A conversation in one of the formats."""

    name: str
    media_type: str
    data: bytes


async def write(exported: Exported, format: Format) -> File:
    """The conversation as a file. What takes long is done in a process of its own."""
    name = f"{_safe(exported.conversation.title)}.{_ENDINGS.get(format, str(format))}"
    return File(name, MEDIA_TYPES[format], await _data(exported, format))


async def _data(exported: Exported, format: Format) -> bytes:
    match format:
        case Format.MARKDOWN:
            return text.markdown(exported).encode()
        case Format.JSON:
            return portable.dump(exported, await bytes_of(exported)).encode()
        case _:
            pictures = await bytes_of(exported, only_pictures=True)
            return await child.write(transcript(exported, pictures), format)


def _safe(title: str) -> str:
    """A title as a file name that every system takes."""
    name = " ".join(_UNSAFE.sub(" ", title).split())[:NAME_MAX].strip(" .")
    return f"{name} chat" if _RESERVED.fullmatch(name) else name or "Chat"
