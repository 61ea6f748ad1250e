"""The field `Search chats` of the sidebar, and what is found while one types."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.services.search import OPERATORS
from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.search.state import SearchState

Operators = list[tuple[str, list[str], str]]


class SearchBox(rx.Component):
    """The field, its suggestions and the first few results, see `search_box.jsx`."""

    library = browser_file("search/search_box.jsx")
    tag = "SearchBox"

    operators: rx.Var[Operators]
    on_look: rx.EventHandler[passthrough_event_spec(str)]
    on_models: rx.EventHandler[rx.event.no_args_event_spec]


def search_box() -> rx.Component:
    """Search from everywhere."""
    return SearchBox.create(
        operators=operators(),
        on_look=SearchState.look,
        on_models=SearchState.name_models,
    )


def operators() -> Operators:
    """What can be written besides words: name, values, meaning."""
    return [(one.name, list(one.values), one.meaning) for one in OPERATORS]
