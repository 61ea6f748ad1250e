"""What search finds: the words of titles, messages and attachments, in an index of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, BigInteger, Integer, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from ioverse_app.tables.row import UtcDateTime

INDEX = "search_index"
"""The full-text table of SQLite. It keeps others beside it whose names begin with its own."""

GIN = "ix_search_entry_words"
"""The full-text index of PostgreSQL."""

LARGEST = 600_000
"""Bytes of words in one entry; PostgreSQL takes no more than a megabyte with their places."""

_MARK = "\ue000"  # no letter, so nobody can type a word that begins with it


class Found(StrEnum):
    """What kind of thing an entry is about."""

    TITLE = "title"
    MESSAGE = "message"
    ATTACHMENT = "attachment"


class Words(TypeDecorator[Sequence[str]]):
    """Words in order: text for SQLite's index, a tsvector with their places for PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that this database indexes."""
        kind = TSVECTOR() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """As this database takes them."""
        if value is None:
            return None
        kept = list(_fitting(value))
        return _vector(kept) if dialect.name == "postgresql" else " ".join(kept)


class SearchEntry(SQLModel, table=True):
    """The words of one thing that can be found, and where it is opened.

    A larger `number` is newer. `object_id` is the id of the conversation (whose title this is),
    message or attachment; `message_id` is the message to open at. What belongs to whom is in the
    words as well, as marks, so that the index alone can tell.
    """

    __tablename__ = "search_entry"  # pyright: ignore[reportAssignmentType]

    number: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),  # pyright: ignore[reportArgumentType]
    )
    kind: str = Field(max_length=16)
    object_id: str = Field(max_length=32, unique=True)
    conversation_id: str = Field(max_length=32)
    message_id: str | None = Field(default=None, max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)
    words: list[str] = Field(sa_type=Words)


class SearchBacklog(SQLModel, table=True):
    """What was there before there was an index, and is not in it yet."""

    __tablename__ = "search_backlog"  # pyright: ignore[reportAssignmentType]

    object_id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=16)


def mark(name: str, value: str) -> str:
    """A word that stands for a fact, such as whose it is."""
    return f"{_MARK}{name}{value}"


def id_mark(name: str, row_id: str) -> str:
    """A mark with as much of an id as tells it from others."""
    return mark(name, row_id[-12:])


def day_marks(moment: date) -> list[str]:
    """Marks for the year, the month and the day."""
    return [mark("t", f"{moment:{form}}") for form in ("%Y", "%Y%m", "%Y%m%d")]


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Whether Alembic should compare this: not the full-text index, which is made by hand."""
    return not (name or "").startswith(INDEX if kind == "table" else GIN)


def _fitting(words: Iterable[str]) -> Iterable[str]:
    room = LARGEST
    for word in words:
        room -= len(word.encode()) + 8
        if room < 0:
            return
        yield word


def _vector(words: Sequence[str]) -> str:
    """The words as PostgreSQL writes a tsvector. It has 16,383 places."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(min(place, 16_383))
    return " ".join(
        f"'{word}':{','.join(map(str, sorted(set(at))[:255]))}" for word, at in places.items()
    )


# The index follows its table, and an entry goes with what it is of, whoever deletes that.
# The migration has the same statements.
_GOES_WITH = (
    "CREATE TRIGGER {table}_not_found AFTER DELETE ON {table} BEGIN"
    " DELETE FROM search_entry WHERE object_id = old.id; END"
)
SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_entry',"
    " content_rowid='number', tokenize='ascii', prefix='3', columnsize=0)",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, words)"
    " VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE OF words ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, words)"
    " VALUES ('delete', old.number, old.words);"
    " INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
    *(_GOES_WITH.format(table=table) for table in ("conversation", "message", "attachment")),
)
POSTGRESQL = (
    "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words)",
    "CREATE FUNCTION search_entry_drop() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN DELETE FROM search_entry WHERE object_id = OLD.id; RETURN NULL; END'",
    *(
        f"CREATE TRIGGER {table}_not_found AFTER DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION search_entry_drop()"
        for table in ("conversation", "message", "attachment")
    ),
)
for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        event.listen(
            SQLModel.metadata, "after_create", DDL(_statement).execute_if(dialect=_dialect)
        )
