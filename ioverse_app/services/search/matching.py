"""Queries as the two databases take them: FTS5 of SQLite, and tsquery of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, column, exists, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col

from ioverse_app.services.search.query import Clause, Query, Row
from ioverse_app.tables import Conversation, SearchEntry, User
from ioverse_app.tables.search_entry import INDEX, id_mark

_INDEX = table(INDEX, column("rowid"), column("words"))

Entries = Select[int | None, str, str, str, str | None]


def matching(dialect: str, user: User, query: Query, *more: Clause) -> Entries:
    """The entries that answer a query and that this user may see, the newest first.

    The marks of the owner let the index itself leave out what is somebody else's; that it may be
    seen is decided by `Conversation.visible_to`.
    """
    clauses = [Clause((Row((id_mark("o", user.id),)),)), *query.clauses, *more]
    columns = select(
        col(SearchEntry.number),
        col(SearchEntry.kind),
        col(SearchEntry.object_id),
        col(SearchEntry.conversation_id),
        col(SearchEntry.message_id),
    ).where(_may_be_seen(user, query.archived))
    if dialect == "sqlite":
        return (
            columns.join_from(_INDEX, SearchEntry, col(SearchEntry.number) == _INDEX.c.rowid)
            .where(_INDEX.c.words.op("MATCH")(fts5(clauses)))
            .order_by(_INDEX.c.rowid.desc())
        )
    # By the index of the numbers, old matches would be reached through everything that is newer.
    newest: Any = col(SearchEntry.number)
    return columns.where(col(SearchEntry.words).op("@@")(cast(tsquery(clauses), TSQUERY))).order_by(
        (newest + 0 if query.dated else newest).desc()
    )


def number(dialect: str) -> Any:
    """The number of an entry, as the index of this database has it at hand."""
    return _INDEX.c.rowid if dialect == "sqlite" else col(SearchEntry.number)


def fts5(clauses: Iterable[Clause]) -> str:
    """Clauses in the language of FTS5. Words hold letters and digits only, so they are safe."""
    wanted, unwanted = _parted(clauses, _fts5_row, " OR ")
    text = " AND ".join(wanted)
    return f"({text}) NOT ({' OR '.join(unwanted)})" if unwanted else text


def tsquery(clauses: Iterable[Clause]) -> str:
    """Clauses in the language of a tsquery."""
    wanted, unwanted = _parted(clauses, _tsquery_row, " | ")
    return " & ".join([*wanted, *(f"!{each}" for each in unwanted)])


def _parted(
    clauses: Iterable[Clause], written: Callable[[Row], str], either: str
) -> tuple[list[str], list[str]]:
    wanted: list[str] = []
    unwanted: list[str] = []
    for clause in clauses:
        text = either.join(written(row) for row in clause.rows)
        (unwanted if clause.excluded else wanted).append(f"({text})")
    return wanted, unwanted


def _fts5_row(row: Row) -> str:
    return f'"{" ".join(row.words)}"' + ("*" if row.is_beginning else "")


def _tsquery_row(row: Row) -> str:
    text = " <-> ".join(f"'{word}'" for word in row.words)
    return f"({text}:*)" if row.is_beginning else f"({text})"


def _may_be_seen(user: User, archived: bool | None) -> ColumnElement[bool]:
    chats = Conversation.visible_to(user).where(
        col(Conversation.id) == col(SearchEntry.conversation_id), ~col(Conversation.temporary)
    )
    if archived is not None:
        kept = col(Conversation.archived_at)
        chats = chats.where(kept.is_not(None) if archived else kept.is_(None))
    return exists(chats.with_only_columns(col(Conversation.id)).order_by(None))
