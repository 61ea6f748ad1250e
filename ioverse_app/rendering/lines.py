"""The spans of a line: the parser's inline tokens, and the few HTML tags that only change looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from html.parser import HTMLParser
from operator import attrgetter
from urllib.parse import urlsplit

from markdown_it.token import Token

from ioverse_app.rendering.tree import Break, NoteMark, Picture, Span, Words


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOOKS = {
    "b": "bold",
    "strong": "bold",
    "em": "italic",
    "i": "italic",
    "cite": "italic",
    "var": "italic",
    "s": "struck",
    "del": "struck",
    "strike": "struck",
    "u": "underlined",
    "ins": "underlined",
    "mark": "marked",
    "code": "code",
    "kbd": "code",
    "samp": "code",
    "sup": "raised",
    "sub": "lowered",
}
_TOKENS = {"strong": "bold", "em": "italic", "s": "struck"}
_ENDS_LINE = _names(
    """
    address article aside blockquote center dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul
    """
)
_SILENT = _names(
    """
    script style template title noscript textarea select iframe object svg math head
    """
)
_SCHEMES = ("http", "https", "mailto")


def safe_link(address: str) -> str:
    """The address, if a link may go there, or ""."""
    address = re.sub(r"[\x00-\x20]", "", address)
    try:
        return address if urlsplit(address).scheme.lower() in _SCHEMES else ""
    except ValueError:
        return ""


class Reader:
    """Reads spans, and keeps in mind which looks are on."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._silent: list[str] = []
        self._links: list[str] = []

    def read(self, tokens: Sequence[Token]) -> list[Span]:
        """The spans of the parser's inline tokens."""
        return _joined(span for token in tokens for span in self._token(token))

    def html(self, content: str) -> list[list[Span]]:
        """The words of a block of HTML, a list of spans for each of its lines."""
        lines: list[list[Span]] = [[]]
        for span in self._tags(content):
            if isinstance(span, Break):
                lines.append([])
            else:
                lines[-1].append(span)
        return [_joined(line) for line in lines if any(_says(span) for span in line)]

    def _token(self, token: Token) -> Iterator[Span]:
        kind = token.type
        name = kind.removesuffix("_open").removesuffix("_close")
        if look := _TOKENS.get(name):
            self._turn(look, kind.endswith("_open"))
            return
        match kind:
            case "text" | "text_special":
                yield from self._words(token.content)
            case "code_inline":
                yield replace(self._look(), text=token.content, code=True)
            case "softbreak":
                yield from self._words("\n")
            case "hardbreak":
                yield Break()
            case "link_open":
                self._links.append(safe_link(str(token.attrGet("href") or "")))
            case "link_close":
                if self._links:
                    self._links.pop()
            case "image":
                words = "".join(child.content for child in token.children or ())
                yield Picture(str(token.attrGet("src") or ""), words)
            case "footnote_ref":
                yield NoteMark(int(token.meta["id"]) + 1)
            case "html_inline":
                yield from self._tags(token.content)
            case _:
                pass

    def _words(self, text: str) -> Iterator[Span]:
        if text and not self._silent:
            yield (
                Words(text) if not (self._open or self._links) else replace(self._look(), text=text)
            )

    def _look(self) -> Words:
        looks = dict.fromkeys(self._open, True)
        return Words("", link=self._links[-1] if self._links else "", **looks)  # pyright: ignore[reportArgumentType]

    def _turn(self, look: str, on: bool) -> None:
        if on:
            self._open.append(look)
        elif look in self._open:
            self._open.reverse()
            self._open.remove(look)
            self._open.reverse()

    def _tags(self, content: str) -> Iterator[Span]:
        parser = _Tags()
        parser.feed(content)
        parser.close()
        for tag, text in parser.parts:
            if not tag:
                yield from self._words(text)
                continue
            name, closes = tag.removeprefix("/"), tag.startswith("/")
            if name in _SILENT:
                if not closes:
                    self._silent.append(name)
                elif name in self._silent:
                    self._silent.remove(name)
            elif look := _LOOKS.get(name):
                self._turn(look, not closes)
            elif name == "a":
                self._links = [] if closes else [*self._links, safe_link(text)]
            elif name == "br" or name in _ENDS_LINE:
                yield Break()


class _Tags(HTMLParser):
    """Tags and words in the order in which they come; of a link its address."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, dict(attrs).get("href") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag != "br":
            self.parts.append((f"/{tag}", ""))

    def handle_data(self, data: str) -> None:
        self.parts.append(("", re.sub(r"\s+", " ", data)))


def _joined(spans: Iterator[Span] | Sequence[Span]) -> list[Span]:
    """Neighbours that look the same made one."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if isinstance(span, Words) and isinstance(last, Words) and _style(span) == _style(last):
            joined[-1] = replace(last, text=last.text + span.text)
        else:
            joined.append(span)
    return joined


_style = attrgetter(*(each.name for each in fields(Words) if each.name != "text"))


def _says(span: Span) -> bool:
    return not isinstance(span, Words) or bool(span.text.strip())
