"""Search for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.services import search
from ioverse_app.services.search import Hit, Snippet

router = APIRouter(prefix="/api", tags=["search"])


class SnippetOut(BaseModel):
    """A piece of a text; `marks` are the matches in it: `[from, to before]`, in code points."""

    text: str
    marks: list[tuple[int, int]]

    @classmethod
    def of(cls, snippet: Snippet) -> SnippetOut:
        """This snippet as programs see it."""
        return cls(text=snippet.text, marks=list(snippet.marks))


class HitOut(BaseModel):
    """One result: a `title`, `message` or `attachment`; `path` opens it, at the message."""

    kind: str
    chat_id: str
    chat_title: str
    title: SnippetOut
    message_id: str | None
    snippet: SnippetOut
    role: str | None
    model: str | None
    file_name: str | None
    archived: bool
    timestamp: str
    path: str

    @classmethod
    def of(cls, hit: Hit) -> HitOut:
        """This result as programs see it."""
        return cls(
            kind=hit.kind,
            chat_id=hit.conversation_id,
            chat_title=hit.title.text,
            title=SnippetOut.of(hit.title),
            message_id=hit.message_id,
            snippet=SnippetOut.of(hit.snippet),
            role=hit.role or None,
            model=hit.model,
            file_name=hit.name or None,
            archived=hit.archived,
            timestamp=hit.at.isoformat(),
            path=hit.path,
        )


class Found(BaseModel):
    """A page of results, best first. `hints` say what of the query was not understood."""

    query: str
    results: list[HitOut]
    next_cursor: str | None
    hints: list[str]


@router.get("/search")
async def find(
    user: CurrentUser,
    session: Session,
    q: str = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=search.MOST)] = search.PAGE,
) -> Found:
    """What the person who asks may open: titles, messages and attachments.

    Words, "phrases", beginnings (`begin*`), `-not`, and `from:me|assistant`, `model:`,
    `before:` and `after:` (a day, a month or a year, in UTC), `in:archived`,
    `has:code|image|file`. The word that the query ends in also finds longer ones; a space or
    quotation marks behind it end that.
    """
    results = await search.find(session, user, q, cursor=cursor, limit=limit)
    return Found(
        query=q,
        results=[HitOut.of(hit) for hit in results.hits],
        next_cursor=results.next_cursor,
        hints=list(results.hints),
    )
