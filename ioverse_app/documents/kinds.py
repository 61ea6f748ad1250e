"""What a file is: by its first bytes, whatever its name says."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, Literal

Family = Literal["image", "pdf", "docx", "text"]
Found = Literal["image", "pdf", "zip", "office", "rtf", "text"]

HEAD: Final = 4096

NAMES: Final[dict[Family, str]] = {
    "image": "a picture",
    "pdf": "a PDF",
    "docx": "a DOCX",
    "text": "text",
}

_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_ENDINGS: Final[dict[Family, str]] = {
    "image": "png jpg jpeg jpe jfif gif webp bmp tif tiff avif heic heif",
    "pdf": "pdf",
    "docx": "docx",
    "text": "txt md markdown csv tsv json jsonl yaml yml toml ini cfg log xml svg html htm css"
    " py js mjs ts jsx tsx java c h cpp hpp cs go rs rb php sh sql r swift kt tex",
}
_FAMILIES: Final[dict[str, Family]] = {
    f".{ending}": family for family, endings in _ENDINGS.items() for ending in endings.split()
}


def found(head: bytes) -> Found:
    """What these first bytes of a file begin. Text is what nothing else claims."""
    if head.startswith(_PICTURES) or _is_bitmap(head) or _is_boxed(head):
        return "image"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "office"
    return "rtf" if head.startswith(b"{\\rtf") else "text"


def claimed(name: str) -> Family | None:
    """What the ending of a name says, if it is one that we know."""
    return _FAMILIES.get(PurePath(name).suffix.lower())


def _is_bitmap(head: bytes) -> bool:
    return head[:2] == b"BM" and head[6:10] == b"\0\0\0\0"


def _is_boxed(head: bytes) -> bool:
    """WebP in its RIFF, or AVIF and HEIC in their boxes."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    return head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"heic", b"heix", b"mif1", b"msf1")
