"""Colours for code: what each piece of it is, as Pygments sees it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token
from pygments.util import ClassNotFound

MOST = 40_000
"""Characters; longer code stays plain, as it does on the screen."""


class Kind(StrEnum):
    """What a piece of code is, as far as its colour goes."""

    PLAIN = ""
    COMMENT = "comment"
    KEYWORD = "keyword"
    NAME = "name"
    NUMBER = "number"
    STRING = "string"


COLOURS = {
    Kind.PLAIN: "#1c2024",
    Kind.COMMENT: "#60646c",
    Kind.KEYWORD: "#5753c6",
    Kind.NAME: "#0d74ce",
    Kind.NUMBER: "#ab4a00",
    Kind.STRING: "#18794e",
}
"""On a light page; each at least 4.5:1 on #f9f9fb."""

_KINDS = (
    (Comment, Kind.COMMENT),
    (Keyword, Kind.KEYWORD),
    (Operator.Word, Kind.KEYWORD),
    (Name.Tag, Kind.KEYWORD),
    (String, Kind.STRING),
    (Number, Kind.NUMBER),
    (Name.Function, Kind.NAME),
    (Name.Class, Kind.NAME),
    (Name.Decorator, Kind.NAME),
    (Name.Attribute, Kind.NAME),
    (Name.Builtin, Kind.NAME),
    (Token, Kind.PLAIN),
)


def pieces(text: str, language: str) -> Iterator[tuple[Kind, str]]:
    """The code in pieces of one kind each; put together they are the code."""
    lexer = _lexer(language) if language and len(text) <= MOST else None
    if lexer is None:
        yield Kind.PLAIN, text
        return
    kind, gathered = Kind.PLAIN, ""
    for token, part in lexer.get_tokens(text):
        now = next(known for group, known in _KINDS if token in group)
        if now != kind and gathered:
            yield kind, gathered
            gathered = ""
        kind, gathered = now, gathered + part
    # The lexer ends its last line even where the code does not.
    if ended := gathered.removesuffix("\n") if not text.endswith("\n") else gathered:
        yield kind, ended


def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
