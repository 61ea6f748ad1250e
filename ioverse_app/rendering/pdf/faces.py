"""Which font draws which character.

The fonts come with Python packages: FiraGO (Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari,
Thai, Georgian), Cascadia Mono for code and Noto symbols (`pymupdf-fonts`), Noto Sans CJK
(`noto-cjk-sans-jp-regular`) and DejaVu Sans (`ziafont`). Noto Emoji comes with the pages (npm).
For every other script the fonts of the system are asked, by the names that Noto gives them.
"""

from __future__ import annotations

import functools
import importlib.util
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF

_EMOJI = Path("@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf")
_PLACES = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/Library/Fonts"),
    Path.home() / "Library/Fonts",
    Path("/System/Library/Fonts/Supplemental"),
)
_SYSTEM = ("NotoSans{}-Regular.ttf", "NotoSans{}-Regular.otf", "NotoSerif{}-Regular.ttf")
_EMOJI_SYSTEM = ("NotoEmoji-Regular.ttf", "Symbola.ttf", "Symbola_hint.ttf")

TEXT, CODE = "text", "code"
CJK, EMOJI = "cjk", "emoji"
_STYLES = {
    TEXT: {"": "figo", "B": "figbo", "I": "figit", "BI": "figbi"},
    CODE: {"": "cascadia", "B": "cascadiab", "I": "cascadiai", "BI": "cascadiabi"},
}
_SYMBOLS = ("symbol2", "math", "symbol1")


@dataclass(frozen=True, slots=True)
class Face:
    """A font that has been put into the document. `is_bold` tells a bold one from a regular."""

    family: str
    style: str
    characters: frozenset[int]
    is_bold: bool = False


class Faces:
    """The fonts of one document, each opened when the first character needs it."""

    def __init__(self, pdf: FPDF, web: Path | None = None) -> None:
        self._pdf = pdf
        self._web = web
        self._folder = tempfile.TemporaryDirectory(prefix="ioverse-fonts-")
        self._known: dict[tuple[str, str], Face | None] = {}
        self._chosen: dict[tuple[str, str, str], Face | None] = {}
        self.missing: set[str] = set()

    def close(self) -> None:
        """Forget the files."""
        self._folder.cleanup()

    def face(self, character: str, family: str, style: str) -> Face | None:
        """The font for a character in this family and style, or None if there is none for it."""
        key = (character, family, style)
        if key not in self._chosen:
            self._chosen[key] = self._choose(character, family, style)
        return self._chosen[key]

    def emoji(self) -> Face | None:
        """The font of the emoji, if there is one."""
        return self._open(EMOJI, "")

    def _choose(self, character: str, family: str, style: str) -> Face | None:
        code = ord(character)
        for face in self._candidates(code, family, style):
            if face and code in face.characters:
                return face
        if face := self._of_system(character):
            return face
        self.missing.add(character)
        return None

    def _candidates(self, code: int, family: str, style: str) -> Iterator[Face | None]:
        if code >= 0x1F000:
            yield self.emoji()
        yield self._open(family, style)
        if family == CODE:
            yield self._open(TEXT, style)
        yield self._open(CJK, "")
        for name in ("dejavu", *_SYMBOLS, EMOJI):
            yield self._open(name, "")

    def _of_system(self, character: str) -> Face | None:
        """A Noto font named after the character's script: BENGALI LETTER KA has NotoSansBengali."""
        words = unicodedata.name(character, "").title().split()
        for count in (2, 1):
            script = "".join(words[:count])
            face = self._open(f"system-{script}", "") if script else None
            if face and ord(character) in face.characters:
                return face
        return None

    def _open(self, family: str, style: str) -> Face | None:
        key = (family, style)
        if key not in self._known:
            path = self._path(family, style)
            self._known[key] = self._add(family, style, path) if path else None
        return self._known[key]

    def _add(self, family: str, style: str, path: Path) -> Face:
        self._pdf.add_font(family, style, path)
        with TTFont(path, lazy=True, fontNumber=0) as font:
            characters = frozenset(font.getBestCmap() or ())
        return Face(family, style, characters, is_bold="B" in style)

    def _path(self, family: str, style: str) -> Path | None:
        if family in _STYLES:
            return self._unpacked(_STYLES[family][style])
        match family:
            case "cjk":
                return _in_package("noto_cjk_sans_jp_regular", "NotoSansCJKjp-Regular.otf")
            case "dejavu":
                return _in_package("ziafont", "fonts/DejaVuSans.ttf")
            case "emoji":
                own = self._web / _EMOJI if self._web else None
                return own if own and own.is_file() else _in_system(_EMOJI_SYSTEM)
            case _ if family.startswith("system-"):
                script = family.removeprefix("system-")
                return _in_system(tuple(name.format(script) for name in _SYSTEM))
            case _:
                return self._unpacked(family)

    def _unpacked(self, name: str) -> Path:
        path = Path(self._folder.name) / f"{name}.ttf"
        if not path.is_file():
            path.write_bytes(pymupdf_fonts.myfont(name))
        return path


def _in_package(package: str, name: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / name
    return path if path.is_file() else None


def _in_system(names: tuple[str, ...]) -> Path | None:
    installed = _installed()
    return next((installed[name] for name in names if name in installed), None)


@functools.cache
def _installed() -> dict[str, Path]:
    """The fonts of this system by their file names."""
    found: dict[str, Path] = {}
    for place in _PLACES:
        if place.is_dir():
            for path in place.rglob("*"):
                if path.suffix.lower() in {".ttf", ".otf"}:
                    found.setdefault(path.name, path)
    return found
