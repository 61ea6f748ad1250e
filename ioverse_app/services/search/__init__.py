"""Search: words, phrases and operators over everything that a person may open."""

from ioverse_app.services.search.filling import fill
from ioverse_app.services.search.finding import MOST, PAGE, Hit, Results, find
from ioverse_app.services.search.query import OPERATORS, Operator, Query, parse
from ioverse_app.services.search.snippets import Snippet

__all__ = [
    "MOST",
    "OPERATORS",
    "PAGE",
    "Hit",
    "Operator",
    "Query",
    "Results",
    "Snippet",
    "fill",
    "find",
    "parse",
]
