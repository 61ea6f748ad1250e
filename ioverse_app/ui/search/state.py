"""Asking for results. They go to the page and are not kept here."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import paying, search
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.search import pushes
from ioverse_app.ui.shell import NoticeState

FEW = 8


class SearchState(rx.State):
    """Nothing is kept. Searches run beside each other, so that a slow one holds up nothing."""

    @rx.event(background=True)
    async def look(self, text: str):
        """Show the first few results, while somebody types."""
        if told := await self._find(str(text), "", FEW):
            yield told

    @rx.event(background=True)
    async def more(self, text: str, cursor: str = ""):
        """Show a page of results, the first or the one behind a cursor."""
        if told := await self._find(str(text), str(cursor), search.PAGE):
            yield told

    @rx.event(background=True)
    async def name_models(self):
        """Say which models there are, for what can be written behind `model:`."""
        async with self:
            user = await current_user(self)
        if user is not None:
            available = await paying.available(user)
            yield pushes.models([model.ref.rpartition("/")[2] for model in available.models])

    async def _find(self, text: str, cursor: str, limit: int):
        async with self:
            user = await current_user(self)
        if user is None:
            return None
        try:
            async with db.reading() as session:
                found = await search.find(session, user, text, cursor=cursor or None, limit=limit)
        except AppError as error:
            return NoticeState.say(error.message)
        return pushes.results(text, found, behind=cursor)
