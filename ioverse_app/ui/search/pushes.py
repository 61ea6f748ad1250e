"""What a page is told about a search: a page of results, in the page's own store.

Results are not kept in the state. A result is `[kind, path, title, snippet, moment in
milliseconds, is archived, who, file name]`; texts come as pieces, `[text, 1 for a match]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ioverse_app.providers import catalogue
from ioverse_app.services.search import Hit, Results, Snippet
from ioverse_app.ui.transcript.pushes import PageEvent

REF = "search"


def results(text: str, found: Results, *, behind: str = "") -> PageEvent:
    """The results for this text, or those behind a cursor."""
    return _told(
        {
            "text": text,
            "hits": [line(hit) for hit in found.hits],
            "hints": list(found.hints),
            "cursor": found.next_cursor or "",
            "behind": behind,
        }
    )


def models(names: Sequence[str]) -> PageEvent:
    """What may be said behind `model:`."""
    return _told({"models": list(names)})


def line(hit: Hit) -> list[Any]:
    """A result as it crosses the socket."""
    return [
        str(hit.kind),
        hit.path,
        _pieces(hit.title),
        _pieces(hit.snippet),
        int(hit.at.timestamp() * 1000),
        int(hit.archived),
        _who(hit),
        hit.name,
    ]


def _pieces(snippet: Snippet) -> list[Any]:
    return [[text, int(is_match)] for text, is_match in snippet.parts]


def _who(hit: Hit) -> str:
    if hit.role == "user":
        return "You"
    if hit.model:
        return catalogue.profile(hit.model).label
    return "Assistant" if hit.role else ""


def _told(value: dict[str, Any]) -> PageEvent:
    return PageEvent(name="_set_value", payload={"ref": REF, "value": value})
