"""HTML: one file that needs nothing else. Only what is in the tree can be in it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from ioverse_app.rendering import code, mathml
from ioverse_app.rendering.code import Kind
from ioverse_app.rendering.markdown import parse
from ioverse_app.rendering.transcript import Enclosed, Transcript, Turn
from ioverse_app.rendering.tree import (
    Block,
    Break,
    Code,
    Display,
    Formula,
    Heading,
    Item,
    Line,
    Listing,
    NoteMark,
    Notes,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Span,
    Table,
    Words,
)

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LOOKS = {
    "code": "code",
    "bold": "strong",
    "italic": "em",
    "struck": "del",
    "underlined": "u",
    "marked": "mark",
    "raised": "sup",
    "lowered": "sub",
}
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")


def write(transcript: Transcript) -> bytes:
    """The whole page, with its style and its pictures in it. It loads nothing."""
    title = escape(transcript.title)
    turns = "\n".join(_turn(turn, f"n{at}") for at, turn in enumerate(transcript.turns))
    return (
        "<!doctype html>\n"
        '<html lang="mul"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="generator" content="{escape(transcript.creator)}">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE.read_text('utf-8')}</style></head>\n"
        f'<body><main><header><h1 dir="auto">{title}</h1><p>{escape(transcript.about)}</p>'
        f"</header>\n{turns}\n</main></body></html>\n"
    ).encode()


def fragment(text: str, prefix: str = "note") -> str:
    """A text of markdown as HTML. `prefix` keeps the footnotes of several texts apart."""
    return _Writer(prefix).blocks(parse(text))


def _turn(turn: Turn, prefix: str) -> str:
    side = "question" if turn.verbatim else "answer"
    parts = [f"<h2>{escape(turn.author)} <time>{escape(turn.moment)}</time></h2>"]
    if turn.thoughts:
        parts.append(
            "<details><summary>Reasoning</summary>"
            f"{fragment(turn.thoughts, prefix + 'r')}</details>"
        )
    parts.append(_said(turn.words, prefix, verbatim=turn.verbatim))
    parts += [_enclosed(one) for one in turn.enclosed]
    if turn.translation:
        said = _said(turn.translation, prefix + "t", verbatim=turn.verbatim)
        parts.append(f'<section class="translation"><h3>Translation</h3>{said}</section>')
    parts += [f'<p class="note">{escape(note)}</p>' for note in turn.notes]
    return f'<article class="{side}">{"".join(parts)}</article>'


def _said(words: str, prefix: str, *, verbatim: bool) -> str:
    if verbatim:
        return f'<div class="words" dir="auto">{escape(words)}</div>'
    return f'<div class="text">{fragment(words, prefix)}</div>'


def _enclosed(one: Enclosed) -> str:
    if one.data and one.media_type in _SHOWN:
        data = base64.b64encode(one.data).decode()
        return (
            f'<figure><img alt="{escape(one.name)}" src="data:{one.media_type};base64,{data}">'
            f"</figure>"
        )
    return f'<p class="file">{escape(one.name)}</p>'


class _Writer:
    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def blocks(self, blocks: Iterable[Block]) -> str:
        return "\n".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Heading(level=level, line=line):
                return f'<h{level} dir="auto">{self._line(line)}</h{level}>'
            case Paragraph(line=line):
                return f'<p dir="auto">{self._line(line)}</p>'
            case Listing():
                return self._listing(block)
            case Table():
                return self._table(block)
            case Code():
                return _code(block)
            case Display(tex=tex):
                return f'<div class="formula">{_formula(tex, alone=True)}</div>'
            case Quote(blocks=inner):
                return f"<blockquote>{self.blocks(inner)}</blockquote>"
            case Rule():
                return "<hr>"
            case Notes(notes=notes):
                return self._notes(notes)

    def _listing(self, listing: Listing) -> str:
        tag = "ul" if listing.start is None else "ol"
        start = f' start="{listing.start}"' if listing.start not in (None, 1) else ""
        items = "".join(self._item(item) for item in listing.items)
        return f'<{tag}{start} dir="auto">{items}</{tag}>'

    def _item(self, item: Item) -> str:
        """A short item has no paragraph around it."""
        first = item.blocks[0] if item.blocks else None
        if isinstance(first, Paragraph):
            inner = "\n".join(
                part for part in (self._line(first.line), self.blocks(item.blocks[1:])) if part
            )
        else:
            inner = self.blocks(item.blocks)
        if item.done is None:
            return f"<li>{inner}</li>"
        ticked = " checked" if item.done else ""
        return f'<li class="task"><input type="checkbox" disabled{ticked}> {inner}</li>'

    def _table(self, table: Table) -> str:
        head = self._row("th", table.head, table)
        rows = "".join(self._row("td", row, table) for row in table.rows)
        body = f"<tbody>{rows}</tbody>" if rows else ""
        return f'<div class="table"><table><thead>{head}</thead>{body}</table></div>'

    def _row(self, tag: str, cells: Sequence[Line], table: Table) -> str:
        inner = "".join(
            f'<{tag} class="{align}" dir="auto">{self._line(cell)}</{tag}>'
            for cell, align in zip(cells, table.align, strict=False)
        )
        return f"<tr>{inner}</tr>"

    def _notes(self, notes: Sequence[Sequence[Block]]) -> str:
        items = "".join(
            f'<li id="{self._prefix}-{number}">{self.blocks(blocks)}</li>'
            for number, blocks in enumerate(notes, 1)
        )
        return f'<section class="notes"><ol>{items}</ol></section>'

    def _line(self, line: Line) -> str:
        return "".join(self._span(span) for span in line)

    def _span(self, span: Span) -> str:
        match span:
            case Words():
                return _words(span)
            case Formula(tex=tex):
                return _formula(tex)
            case Picture():
                return _picture(span)
            case Break():
                return "<br>"
            case NoteMark(number=number):
                return f'<sup><a href="#{self._prefix}-{number}">{number}</a></sup>'


def _words(words: Words) -> str:
    html = escape(words.text)
    for look, tag in _LOOKS.items():
        if getattr(words, look):
            html = f"<{tag}>{html}</{tag}>"
    return _link(words.link, html) if words.link else html


def _link(address: str, html: str) -> str:
    return f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{html}</a>'


def _picture(picture: Picture) -> str:
    """A picture from elsewhere is not loaded: whoever opens the file would be seen by its host."""
    words = escape(picture.words or "Image")
    if picture.source.startswith(("http://", "https://")):
        return _link(picture.source, words)
    return f"<span>{words}</span>"


def _formula(tex: str, *, alone: bool = False) -> str:
    return mathml.of(tex, alone=alone) or f'<code class="tex">{escape(tex)}</code>'


def _code(block: Code) -> str:
    inner = "".join(
        f'<span class="{kind}">{escape(text)}</span>' if kind is not Kind.PLAIN else escape(text)
        for kind, text in code.pieces(block.text, block.language)
    )
    caption = f"<figcaption>{escape(block.language)}</figcaption>" if block.language else ""
    return f'<figure class="code">{caption}<pre><code>{inner}</code></pre></figure>'
