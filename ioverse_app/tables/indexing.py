"""Keep the search index up to date, in the transaction of every change.

Sessions tell of what they flush, and of updates and inserts of many rows at once. What else
changes rows (a migration, another program) puts them into `search_backlog`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, event, exists, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlmodel import SQLModel, col

from ioverse_app.tables.attachment import Attachment
from ioverse_app.tables.conversation import NEW_TITLE, Conversation
from ioverse_app.tables.message import Message
from ioverse_app.tables.search_entry import Found, SearchEntry, day_marks, id_mark, mark
from ioverse_app.words import words

_WATCHED: dict[type[SQLModel], tuple[Found, frozenset[str]]] = {
    Conversation: (Found.TITLE, frozenset({"title"})),
    Message: (Found.MESSAGE, frozenset({"content", "translation", "role", "model"})),
    Attachment: (Found.ATTACHMENT, frozenset({"name", "text", "kind", "message_id"})),
}
CODE = "```"
IMAGE = "image"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is written about one thing."""

    kind: Found
    object_id: str
    conversation_id: str
    owner_id: str
    message_id: str | None
    at: datetime
    text: str
    facts: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        marks = [
            id_mark("o", self.owner_id),
            mark("k", self.kind),
            *day_marks(self.at),
            *self.facts,
        ]
        return {
            "kind": self.kind,
            "object_id": self.object_id,
            "conversation_id": self.conversation_id,
            "message_id": self.message_id,
            "at": self.at,
            "words": marks + words(self.text),
        }


def message_text(content: str, translation: str) -> str:
    """All that may be found in a message."""
    return f"{content}\n\n{translation}" if translation else content


def attachment_text(name: str, text: str) -> str:
    """All that may be found in an attachment."""
    return f"{name}\n{text}" if text else name


def index(
    connection: Connection,
    changed: Mapping[Found, Collection[str]],
    numbers_below: int | None = None,
) -> None:
    """Write the entries of these titles, messages and attachments as they are now.

    New ones are the newest of all, or are numbered downwards from `numbers_below`.
    """
    entries = [
        entry for kind, ids in changed.items() if ids for entry in _READ[kind](connection, ids)
    ]
    entries.sort(key=lambda entry: entry.object_id)
    written = [entry.row() for entry in entries if entry.text.strip()]
    empty = [entry.object_id for entry in entries if not entry.text.strip()]
    if numbers_below is not None:
        for number, row in enumerate(written, start=numbers_below - len(written)):
            row["number"] = number
    if empty:
        gone = delete(SearchEntry).where(col(SearchEntry.object_id).in_(empty))
        connection.execute(gone)
    if written:
        _upsert(connection, written)


def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(SearchEntry)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["object_id"],
            set_={name: insert.excluded[name] for name in ("message_id", "at", "words")},
        ),
        rows,
    )


def _titles(connection: Connection, ids: Collection[str]) -> Iterable[_Entry]:
    query = select(
        col(Conversation.id),
        col(Conversation.owner_id),
        col(Conversation.created_at),
        col(Conversation.title),
    ).where(col(Conversation.id).in_(ids))
    for row_id, owner_id, at, title in connection.execute(query):
        text = "" if title == NEW_TITLE else title
        yield _Entry(Found.TITLE, row_id, row_id, owner_id, None, at, text)


def _messages(connection: Connection, ids: Collection[str]) -> Iterable[_Entry]:
    query = (
        select(
            col(Message.id),
            col(Message.conversation_id),
            col(Conversation.owner_id),
            col(Message.created_at),
            col(Message.content),
            col(Message.translation),
            col(Message.role),
            col(Message.model),
            _has(col(Attachment.kind) == IMAGE),
            _has(col(Attachment.kind) != IMAGE),
        )
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(col(Message.id).in_(ids))
    )
    for (
        row_id,
        chat_id,
        owner_id,
        at,
        content,
        translation,
        role,
        model,
        *has,
    ) in connection.execute(query):
        facts = [mark("r", role), *(mark("m", word) for word in words(model or ""))]
        facts += [
            mark("h", kind) for kind, there in zip(("image", "file"), has, strict=True) if there
        ]
        if CODE in content:
            facts.append(mark("h", "code"))
        text = message_text(content, translation)
        yield _Entry(Found.MESSAGE, row_id, chat_id, owner_id, row_id, at, text, tuple(facts))


def _attachments(connection: Connection, ids: Collection[str]) -> Iterable[_Entry]:
    query = (
        select(
            col(Attachment.id),
            col(Message.conversation_id),
            col(Conversation.owner_id),
            col(Attachment.message_id),
            col(Attachment.created_at),
            col(Attachment.name),
            col(Attachment.text),
            col(Attachment.kind),
            col(Message.role),
        )
        .join(Message, col(Message.id) == col(Attachment.message_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(col(Attachment.id).in_(ids))
    )
    for row_id, chat_id, owner_id, message_id, at, name, text, kind, role in connection.execute(
        query
    ):
        facts = (mark("r", role), mark("h", "image" if kind == IMAGE else "file"))
        whole = attachment_text(name, text)
        yield _Entry(Found.ATTACHMENT, row_id, chat_id, owner_id, message_id, at, whole, facts)


_READ = {Found.TITLE: _titles, Found.MESSAGE: _messages, Found.ATTACHMENT: _attachments}


def _has(kind: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a message has an attachment of this kind."""
    return exists().where(col(Attachment.message_id) == col(Message.id), kind)


@event.listens_for(Session, "after_flush")
def _index_flushed(session: Session, _context: UOWTransaction) -> None:
    changed: dict[Found, set[str]] = {}
    for row in [*session.new, *session.dirty]:
        if type(row) in _WATCHED and _is_news(session, row):
            kind, _ = _WATCHED[type(row)]
            changed.setdefault(kind, set()).add(row.id)
            if isinstance(row, Attachment) and row.message_id:  # which says what it has
                changed.setdefault(Found.MESSAGE, set()).add(row.message_id)
    if changed:
        index(session.connection(), changed)


def _is_news(session: Session, row: Any) -> bool:
    if row in session.new:
        return not isinstance(row, Message) or bool(row.content)
    _, names = _WATCHED[type(row)]
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


@event.listens_for(Session, "do_orm_execute")
def _index_many(state: ORMExecuteState) -> Any:
    """Of an update of many rows, and of an insert of rows with their ids."""
    table: Any = state.bind_mapper.class_ if state.bind_mapper else None
    if table not in _WATCHED or not (state.is_update or state.is_insert):
        return None
    if state.is_update:
        where: Any = state.statement.whereclause  # pyright: ignore[reportAttributeAccessIssue]
        query = select(table.id)
        ids = state.session.scalars(query if where is None else query.where(where)).all()
    else:
        many: Any = state.parameters or []
        ids = [row["id"] for row in ([many] if isinstance(many, dict) else many) if "id" in row]
    done = state.invoke_statement()
    kind, _ = _WATCHED[table]
    index(state.session.connection(), {kind: ids})
    return done
