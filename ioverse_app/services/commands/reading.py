"""Which texts are commands, and what their parts are."""

from __future__ import annotations

import re

COMMAND = re.compile(r"/\w")
LITERAL = re.compile(r"//\w")
NAME = re.compile(r"/(\S+)\s?(.*)", re.S)
WORD = re.compile(r'"([^"]*)"|(\S+)')


def is_command(text: str) -> bool:
    """Whether a text is a command: a slash and a word. `//word` and ` /word` are messages."""
    return COMMAND.match(text) is not None


def literal(text: str) -> str:
    """A text as it is sent to a model: `//word` stands for `/word`."""
    return text[1:] if LITERAL.match(text) else text


def parted(text: str) -> tuple[str, str]:
    """The name of a command, and what follows it."""
    found = NAME.match(text)
    return (found[1], found[2].rstrip()) if found else ("", "")


def first_word(text: str) -> tuple[str, str]:
    """The first word, or what stands in double quotes, and what follows it."""
    text = text.lstrip()
    found = WORD.match(text)
    if found is None:
        return "", ""
    return found[1] if found[1] is not None else found[2], text[found.end() :]


def words(text: str) -> list[str]:
    """All words; several in double quotes are one."""
    return [quoted or plain for quoted, plain in WORD.findall(text)]
