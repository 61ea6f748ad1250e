"""The page with all results of a search."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import require_user
from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.chats import list_pushes
from ioverse_app.ui.chats.frame import chats_frame
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.search.box import Operators, operators
from ioverse_app.ui.search.state import SearchState
from ioverse_app.ui.shell import ShellState, header


class SearchPage(rx.Component):
    """A field and all results for what the address asks for, see `search_page.jsx`."""

    library = browser_file("search/search_page.jsx")
    tag = "SearchPage"

    operators: rx.Var[Operators]
    on_more: rx.EventHandler[passthrough_event_spec(str, str)]
    on_models: rx.EventHandler[rx.event.no_args_event_spec]


class SearchPageState(rx.State):
    """Who may open the page. What it shows is in the page's own store."""

    @rx.event
    async def open(self):
        """Show the list of chats beside the results, and follow it."""
        user = await require_user(self)
        if not isinstance(user, User):
            yield user
            return
        (await self.get_state(ShellState))._greet(user)
        (await self.get_state(ChatState))._show_nothing("")
        yield await list_pushes.page(user)
        yield ChatState.listen


def search_page() -> rx.Component:
    """What was found, best first."""
    return chats_frame(
        header("Search"),
        SearchPage.create(
            operators=operators(),
            on_more=SearchState.more,
            on_models=SearchState.name_models,
        ),
    )
