"""What people type into a search field: words, "phrases", beginnings*, -not, and operators.

Nothing that is typed is an error. What cannot be understood is taken as words, or left out with
a hint that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ioverse_app.services.search.days import UNREADABLE, after, before
from ioverse_app.tables.search_entry import mark
from ioverse_app.words import phrase, words

LONGEST = 500
"""Characters of a query that are read."""

MOST = 24
"""Parts of a query that are read."""

BEGINNING = 3
"""The fewest letters that stand for every word that begins with them."""

EMPTY = "Type a word to search for."


@dataclass(frozen=True, slots=True)
class Row:
    """Words that follow each other; the last one may be only a beginning."""

    words: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One of these rows must be there or, when it is excluded, none of them."""

    rows: tuple[Row, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """What was said to look for, as it was typed: for marking it in a text."""

    text: str
    is_beginning: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it is understood. Without clauses there is nothing to look for."""

    clauses: tuple[Clause, ...]
    terms: tuple[Term, ...]
    archived: bool | None = None
    hints: tuple[str, ...] = ()
    dated: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not self.clauses and self.archived is None


@dataclass(frozen=True, slots=True)
class Operator:
    """A word with a colon: what may follow it, and what it does, for people."""

    name: str
    values: tuple[str, ...]
    meaning: str


OPERATORS = (
    Operator("from", ("me", "assistant"), "Who wrote it"),
    Operator("has", ("code", "image", "file"), "What is in it"),
    Operator("in", ("archived",), "Archived chats only"),
    Operator("model", (), "Which model answered"),
    Operator("before", (), "Before a day, a month or a year"),
    Operator("after", (), "After a day, a month or a year"),
)
_BY_NAME = {operator.name: operator for operator in OPERATORS}
_ROLES = {"me": "user", "assistant": "assistant"}
_DAYS: dict[str, Callable[[str], list[str] | None]] = {"before": before, "after": after}

_PART = re.compile(
    rf'(?P<not>-)?(?:(?P<name>{"|".join(_BY_NAME)}):)?(?P<value>"(?P<quoted>[^"]*)"?|\S+)', re.I
)
_QUOTES = str.maketrans("“”„‟«»", '""""""')


def parse(text: str) -> Query:
    """Understand a query. The word that it ends in also stands for what begins with it."""
    text = text[:LONGEST].translate(_QUOTES)
    reading = _Reading()
    parts = list(_PART.finditer(text))
    for part in parts[:MOST]:
        name, excluded = (part["name"] or "").lower(), bool(part["not"])
        quoted = part["quoted"]
        value = part["value"] if quoted is None else quoted
        if name:
            reading.operator(name, value, excluded)
        elif part["value"].lower().rstrip(":") in _BY_NAME and part["value"].endswith(":"):
            reading.hint(_BY_NAME[part["value"].lower().rstrip(":")])
        else:
            growing = quoted is None and part.end() == len(text) and not excluded
            reading.words(value, excluded, quoted is None and value.endswith("*"), growing)
    return reading.done()


class _Reading:
    """What has been understood of a query so far."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self.terms: list[Term] = []
        self.archived: bool | None = None
        self.hints: list[str] = []
        self.dated = False

    def words(self, text: str, excluded: bool, starred: bool, growing: bool) -> None:
        found, is_beginning = phrase(text)
        if not found:
            return
        if (starred or growing) and len(found[-1]) >= BEGINNING:
            is_beginning = True
        elif starred and not is_beginning:
            self.hints.append(f"{text} needs {BEGINNING} letters or more before the star.")
        self.clauses.append(Clause((Row(tuple(found), is_beginning),), excluded))
        if not excluded:
            self.terms.append(Term(text, is_beginning))

    def operator(self, name: str, value: str, excluded: bool) -> None:
        folded = value.lower()
        match name:
            case "from" if folded in _ROLES:
                self._fact([mark("r", _ROLES[folded])], excluded)
            case "has" if folded in _BY_NAME["has"].values:
                self._fact([mark("h", folded)], excluded)
            case "in" if folded == "archived":
                self.archived = not excluded
            case "model" if named := [mark("m", word) for word in words(value)]:
                self.clauses.append(Clause((Row(tuple(named)),), excluded))
            case "before" | "after":
                days = _DAYS[name](value)
                if days is None:
                    self.hints.append(UNREADABLE.format(name=name))
                else:
                    self.dated = True
                    self._fact(days, excluded)
            case _:
                self.hint(_BY_NAME[name])

    def hint(self, operator: Operator) -> None:
        if operator.values:
            *others, last = operator.values
            choice = f"{', '.join(others)} or {last}" if others else last
            self.hints.append(f"{operator.name}: takes {choice}, without a space.")
        elif operator.name == "model":
            self.hints.append("model: takes a part of a model's name, without a space.")
        else:
            self.hints.append(UNREADABLE.format(name=operator.name))

    def done(self) -> Query:
        if not self.clauses and self.archived is None and not self.hints:
            self.hints.append(EMPTY)
        return Query(
            tuple(self.clauses), tuple(self.terms), self.archived, tuple(self.hints), self.dated
        )

    def _fact(self, marks: list[str], excluded: bool) -> None:
        self.clauses.append(Clause(tuple(Row((each,)) for each in marks), excluded))
