"""Markdown as models write it, read into the tree: what the screen understands, and no more.

CommonMark, with GitHub's tables, tasks, strikethrough and bare links, footnotes and formulas. Of
HTML a few harmless tags for looks are understood; of every other tag only the words stay.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from ioverse_app.rendering import formulas
from ioverse_app.rendering.formulas import PLACE, Found
from ioverse_app.rendering.lines import Reader
from ioverse_app.rendering.tree import (
    Align,
    Block,
    Break,
    Code,
    Display,
    Formula,
    Heading,
    Item,
    Line,
    Listing,
    Notes,
    Paragraph,
    Quote,
    Rule,
    Span,
    Table,
    Words,
    plain,
)

DEEPEST = 40
"""Quotes and lists within each other; what is deeper is left out by the parser."""


def parse(text: str) -> tuple[Block, ...]:
    """The tree of a text."""
    marked, found = formulas.take_out(text.replace("\r\n", "\n").replace("\x00", ""))
    return _Builder(_parser().parse(marked), found).blocks()


@functools.cache
def _parser() -> MarkdownIt:
    options = {"html": True, "linkify": True, "maxNesting": DEEPEST}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough", "linkify"])
    parser.use(footnote_plugin, inline=False)
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": True})
    # The tree keeps only harmless links. A refused one would stay in the text as it was written.
    parser.validateLink = _any_link  # pyright: ignore[reportAttributeAccessIssue]
    return parser


def _any_link(_url: str) -> bool:
    return True


class _Builder:
    """Walks the parser's flat list of tokens once."""

    def __init__(self, tokens: Sequence[Token], found: Sequence[Found]) -> None:
        self._tokens = iter(tokens)
        self._found = found

    def blocks(self, until: str = "") -> tuple[Block, ...]:
        """The blocks up to the token that closes them."""
        return tuple(self._each(until))

    def _each(self, until: str) -> Iterator[Block]:
        for token in self._tokens:
            match token.type:
                case kind if kind == until:
                    return
                case "heading_open":
                    yield Heading(int(token.tag[1]), self._line("heading_close"))
                case "paragraph_open":
                    yield from self._paragraph()
                case "bullet_list_open":
                    yield self._listing(None, "bullet_list_close")
                case "ordered_list_open":
                    yield self._listing(_start(token), "ordered_list_close")
                case "blockquote_open":
                    yield Quote(self.blocks("blockquote_close"))
                case "fence" | "code_block":
                    yield self._code(token)
                case "hr":
                    yield Rule()
                case "table_open":
                    yield self._table()
                case "html_block":
                    yield from self._html(token.content)
                case "footnote_block_open":
                    yield self._notes()
                case _:
                    pass

    def _line(self, until: str) -> Line:
        """One line of spans; a formula in it stays in it."""
        spans: list[Span] = []
        for token in self._tokens:
            if token.type == until:
                break
            if token.type == "inline":
                spans += Reader().read(token.children or ())
        return tuple(
            Formula(span.tex) if isinstance(span, Display) else span
            for span in self._with_formulas(spans)
        )

    def _paragraph(self) -> Iterator[Block]:
        """A paragraph, or several around the formulas that have a line to themselves."""
        spans: list[Span] = []
        for token in self._tokens:
            if token.type == "paragraph_close":
                break
            if token.type == "inline":
                spans += Reader().read(token.children or ())
        yield from self._split(spans)

    def _split(self, spans: Sequence[Span]) -> Iterator[Block]:
        line: list[Span] = []
        for span in self._with_formulas(spans):
            if isinstance(span, Display):
                if stripped := _stripped(line):
                    yield Paragraph(stripped)
                yield span
                line = []
            else:
                line.append(span)
        if stripped := _stripped(line):
            yield Paragraph(stripped)

    def _with_formulas(self, spans: Sequence[Span]) -> Iterator[Span | Display]:
        for span in spans:
            if not isinstance(span, Words) or formulas.OPEN not in span.text:
                yield span
                continue
            for at, part in enumerate(PLACE.split(span.text)):
                if at % 2 == 0:
                    if part:
                        yield replace(span, text=part)
                    continue
                found = self._found[int(part)] if int(part) < len(self._found) else None
                if found and span.code:
                    yield replace(span, text=found.tex)
                elif found and found.alone:
                    yield Display(found.tex)
                elif found:
                    yield Formula(found.tex)

    def _listing(self, start: int | None, until: str) -> Listing:
        items: list[Item] = []
        for token in self._tokens:
            if token.type == until:
                break
            if token.type == "list_item_open":
                items.append(_item(self.blocks("list_item_close")))
        return Listing(tuple(items), start)

    def _code(self, token: Token) -> Block:
        language = token.info.strip().split(" ", 1)[0].lower() if token.info else ""
        text = self._as_written(token.content).removesuffix("\n")
        return Display(text) if language == "math" else Code(text, language)

    def _as_written(self, text: str) -> str:
        return PLACE.sub(lambda m: self._found[int(m[1])].tex, text)

    def _table(self) -> Table:
        align: list[Align] = []
        rows: list[tuple[Line, ...]] = []
        row: list[Line] = []
        for token in self._tokens:
            match token.type:
                case "table_close":
                    break
                case "tr_open":
                    row = []
                case "th_open" | "td_open":
                    if not rows:
                        align.append(_align(token))
                    row.append(self._line(token.type.replace("open", "close")))
                case "tr_close":
                    rows.append(tuple(row))
                case _:
                    pass
        return Table(tuple(align), rows[0], tuple(rows[1:]))

    def _html(self, content: str) -> Iterator[Block]:
        for paragraph in Reader().html(content):
            yield from self._split(paragraph)

    def _notes(self) -> Notes:
        notes: list[tuple[Block, ...]] = []
        for token in self._tokens:
            if token.type == "footnote_block_close":
                break
            if token.type == "footnote_open":
                notes.append(self.blocks("footnote_close"))
        return Notes(tuple(notes))


def _stripped(spans: Sequence[Span]) -> Line:
    """Without the empty ends that a formula on its own line leaves."""
    line = list(spans)
    while line and (isinstance(line[0], Break) or _blank(line[0])):
        line.pop(0)
    while line and (isinstance(line[-1], Break) or _blank(line[-1])):
        line.pop()
    return tuple(line)


def _blank(span: Span) -> bool:
    return isinstance(span, Words) and not span.text.strip()


def _item(blocks: tuple[Block, ...]) -> Item:
    """With the box of a task taken from its words."""
    if not blocks or not isinstance(blocks[0], Paragraph):
        return Item(blocks)
    match = re.match(r"\[([ xX])\]\s", plain(blocks[0].line))
    first = blocks[0].line[0]
    if not match or not isinstance(first, Words) or len(first.text) < 4:
        return Item(blocks)
    line = (replace(first, text=first.text[4:]), *blocks[0].line[1:])
    return Item((Paragraph(line), *blocks[1:]), match[1] != " ")


def _start(token: Token) -> int:
    start = token.attrGet("start")
    return int(start) if start is not None else 1


def _align(token: Token) -> Align:
    style = str(token.attrGet("style") or "")
    return "right" if "right" in style else "center" if "center" in style else "left"
