"""Find: the newest matches, ranked, page by page, each with a snippet and where it is opened.

A common word is in so many messages that all of them cannot be ranked while somebody types. So
the newest `WINDOW` matches are ranked, then those before them, and so on; titles, of which there
are few, are all looked at first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Invalid
from ioverse_app.services.search.matching import Entries, matching, number
from ioverse_app.services.search.query import Clause, Query, Row, parse
from ioverse_app.services.search.snippets import Matcher, Snippet, readable
from ioverse_app.tables import Attachment, Conversation, Found, Message, SearchBacklog, User, now
from ioverse_app.tables.indexing import attachment_text, message_text
from ioverse_app.tables.search_entry import SearchEntry, mark

PAGE = 20
MOST = 100
WINDOW = 100
TITLES = 40
HEAD = 2000
"""Characters of a text that are looked at to rank it."""

FILLING = "Older chats are still being added to the index."
_TITLE, _RECENT = 1.0, 0.25
_RECENT_DAYS = 60
_PLAN_EACH = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""What is best for a rare word is slow for a common one."""

_LOWEST = -(2**61)
_TITLES_ONLY = Clause((Row((mark("k", Found.TITLE),)),))


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `message_id` is where the chat is opened; a title has none.

    A chat often begins with what it is called: a title's snippet is its first message where that
    fits as well and says more, and the message is no result of its own then.
    `role` and `model` are the message's; `name` is the attachment's.
    """

    kind: Found
    conversation_id: str
    message_id: str | None
    title: Snippet
    snippet: Snippet
    at: datetime
    archived: bool = False
    role: str = ""
    model: str | None = None
    name: str = ""

    @property
    def path(self) -> str:
        """The address that opens it."""
        at = f"?message={self.message_id}" if self.message_id else ""
        return f"/chat/{self.conversation_id}{at}"


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results, best first, where the next one begins, and what to know about them."""

    hits: Sequence[Hit]
    next_cursor: str | None = None
    hints: tuple[str, ...] = ()


async def find(
    session: AsyncSession, user: User, wanted: str, *, cursor: str | None = None, limit: int = PAGE
) -> Results:
    """What this user may open and asks for with `wanted` (see `query.parse`)."""
    query = parse(wanted.replace("\x00", " "))
    place = _Place.read(cursor) if cursor else _Place()
    if query.is_empty:
        return Results((), hints=query.hints)
    limit = max(1, min(limit, MOST))
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        await session.execute(_PLAN_EACH)
    window = await _window(session, dialect, user, query, place)
    matcher = Matcher(query)
    firsts = await _firsts(session, dialect, user, query, window, is_first=place.first)
    ranked = await _ranked(session, matcher, _united(window.entries, firsts))
    chosen = ranked[place.offset : place.offset + limit]
    if place.offset + limit < len(ranked):
        behind = _Place(place.first, window.upper, place.offset + limit, window.floor)
    else:
        behind = _Place(False, window.lower, 0, window.floor) if window.lower else None
    hints = query.hints
    if not cursor and (await session.exec(select(SearchBacklog.object_id).limit(1))).first():
        hints = (*hints, FILLING)
    hits = await _hits(session, matcher, chosen)
    return Results(hits, behind.cursor if behind else None, hints)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: `offset` results into the window of what is below `upper`.

    Titles from `floor` on belong to the first window, whatever their number.
    """

    first: bool = True
    upper: int | None = None
    offset: int = 0
    floor: int | None = None

    @classmethod
    def read(cls, cursor: str) -> _Place:
        try:
            first, upper, offset, floor = map(int, cursor.split("_"))
            if not all(-(2**62) < each < 2**62 for each in (upper, offset, floor)) or offset < 0:
                raise ValueError
        except ValueError:
            raise Invalid("This is not the cursor of a page.", code="cursor_invalid") from None
        return cls(bool(first), upper, offset, floor)

    @property
    def cursor(self) -> str:
        return f"{int(self.first)}_{self.upper}_{self.offset}_{self.floor}"


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    kind: str
    object_id: str
    conversation_id: str
    message_id: str | None
    shown_id: str | None = None
    """The message that a snippet is taken from, if it is another one."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Entries to rank together; `lower` is where the next window begins, None at the end."""

    entries: list[_Entry]
    upper: int
    lower: int | None
    floor: int


async def _window(
    session: AsyncSession, dialect: str, user: User, query: Query, place: _Place
) -> _Window:
    at = number(dialect)
    titles: list[_Entry] = []
    floor = place.floor
    if place.first:
        found = matching(dialect, user, query, _TITLES_ONLY)
        if place.upper is not None:
            found = found.where(at < place.upper)
        titles = await _read(session, found.limit(TITLES))
        floor = titles[-1].number if len(titles) == TITLES else _LOWEST
    others = matching(dialect, user, query).where(
        or_(col(SearchEntry.kind) != Found.TITLE, at < floor)
    )
    if place.upper is not None:
        others = others.where(at < place.upper)
    rest = await _read(session, others.limit(WINDOW))
    entries = [*titles, *rest]
    upper = place.upper
    if upper is None:
        upper = max((entry.number for entry in entries), default=0) + 1
    lower = rest[-1].number if len(rest) == WINDOW else None
    return _Window(entries, upper, lower, floor if floor is not None else _LOWEST)


async def _read(session: AsyncSession, query: Entries) -> list[_Entry]:
    return [_Entry(*row) for row in (await session.execute(query)).all()]


async def _ranked(
    session: AsyncSession, matcher: Matcher, entries: Sequence[_Entry]
) -> list[_Entry]:
    """Best first: by how well the text fits, titles before others, new before old."""
    heads = await _heads(session, entries)
    moment = now()

    def score(entry: _Entry) -> tuple[float, int]:
        text, at = heads.get(entry.object_id, ("", moment))
        days = (moment - at).total_seconds() / 86_400
        points = matcher.relevance(text) + _RECENT * 0.5 ** (days / _RECENT_DAYS)
        return points + (_TITLE if entry.kind == Found.TITLE else 0), entry.number

    return sorted(entries, key=score, reverse=True)


async def _firsts(
    session: AsyncSession,
    dialect: str,
    user: User,
    query: Query,
    window: _Window,
    *,
    is_first: bool,
) -> set[str]:
    """Which messages are the first of chats whose titles are found as well, on whatever page."""
    all_titles_are_here = is_first and window.floor == _LOWEST
    titled = {one.conversation_id for one in window.entries if one.kind == Found.TITLE}
    if all_titles_are_here and not titled:
        return set()
    ids = [entry.object_id for entry in window.entries if entry.kind == Found.MESSAGE]
    of = select(Message.id, Message.conversation_id)
    of = of.where(col(Message.id).in_(ids), col(Message.parent_id).is_(None))
    chats = dict((await session.exec(of)).all()) if ids else {}
    if chats and not all_titles_are_here:
        titled |= await _titled(session, dialect, user, query, set(chats.values()))
    return {id for id, chat_id in chats.items() if chat_id in titled}


async def _titled(
    session: AsyncSession, dialect: str, user: User, query: Query, chats: set[str]
) -> set[str]:
    """Which of these chats have a title that is found."""
    of = select(SearchEntry.number).where(col(SearchEntry.object_id).in_(chats))
    numbers = {each for each in (await session.exec(of)).all() if each is not None}
    if not numbers:
        return set()
    # Between two numbers and not among a hundred: FTS5 would look everything up for each of them.
    at = number(dialect)
    found = matching(dialect, user, query, _TITLES_ONLY)
    found = found.where(at >= min(numbers), at <= max(numbers))
    return {one.conversation_id for one in await _read(session, found) if one.number in numbers}


def _united(entries: Sequence[_Entry], firsts: Collection[str]) -> list[_Entry]:
    """Without these first messages: the titles of their chats show the newest of them."""
    shown: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.number):
        if entry.object_id in firsts:
            shown[entry.conversation_id] = entry.object_id
    return [
        replace(entry, shown_id=shown.get(entry.conversation_id))
        if entry.kind == Found.TITLE
        else entry
        for entry in entries
        if entry.object_id not in firsts
    ]


async def _heads(
    session: AsyncSession, entries: Sequence[_Entry]
) -> dict[str, tuple[str, datetime]]:
    """How the texts of entries begin, and their moments."""
    found: dict[str, tuple[str, datetime]] = {}
    for kind, columns in (
        (Found.MESSAGE, (Message.id, func.substr(Message.content, 1, HEAD), Message.created_at)),
        (Found.TITLE, (Conversation.id, Conversation.title, Conversation.active_at)),
        (
            Found.ATTACHMENT,
            (Attachment.id, func.substr(Attachment.text, 1, HEAD), Attachment.created_at),
        ),
    ):
        ids = [entry.object_id for entry in entries if entry.kind == kind]
        if ids:
            rows: Any = await session.execute(select(*columns).where(columns[0].in_(ids)))  # pyright: ignore
            found |= {row_id: (text, at) for row_id, text, at in rows}
    return found


async def _hits(session: AsyncSession, matcher: Matcher, entries: Sequence[_Entry]) -> list[Hit]:
    """The results for these entries, but for those that went away meanwhile."""
    chats = await _rows(session, Conversation, {entry.conversation_id for entry in entries})
    said = await _rows(
        session,
        Message,
        {id for entry in entries for id in (entry.message_id, entry.shown_id) if id},
    )
    files = await _rows(
        session, Attachment, {e.object_id for e in entries if e.kind == Found.ATTACHMENT}
    )
    hits: list[Hit] = []
    for entry in entries:
        chat = chats.get(entry.conversation_id)
        message = said.get(entry.message_id or "")
        file = files.get(entry.object_id)
        if chat is None or (entry.message_id and message is None):
            continue
        hit = _hit(matcher, Found(entry.kind), chat, message, file)
        if first := said.get(entry.shown_id or ""):
            snippet = _snippet(matcher, first)
            hit = hit if snippet.text == chat.title else replace(hit, snippet=snippet)
        hits.append(hit)
    return hits


def _hit(
    matcher: Matcher,
    kind: Found,
    chat: Conversation,
    message: Message | None,
    file: Attachment | None,
) -> Hit:
    at, snippet = chat.active_at, Snippet("")
    if file is not None:
        at, snippet = file.created_at, matcher.snippet(attachment_text(file.name, file.text))
    elif message is not None:
        at = message.created_at
        snippet = _snippet(matcher, message)
    return Hit(
        kind=kind,
        conversation_id=chat.id,
        message_id=message.id if message else None,
        title=matcher.whole(chat.title),
        snippet=snippet,
        at=at,
        archived=chat.archived_at is not None,
        role=message.role if message else "",
        model=message.model if message else None,
        name=file.name if file else "",
    )


def _snippet(matcher: Matcher, message: Message) -> Snippet:
    return matcher.snippet(readable(message_text(message.content, message.translation)))


async def _rows(session: AsyncSession, table: Any, ids: Collection[str]) -> dict[str, Any]:
    if not ids:
        return {}
    rows = (await session.exec(select(table).where(table.id.in_(ids)))).all()
    return {row.id: row for row in rows}
