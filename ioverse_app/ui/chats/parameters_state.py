"""The panel of parameters: what the chosen model takes, and what is set for the open chat."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.providers import catalogue
from ioverse_app.services import conversations, parameters
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.parameter_item import ParameterItem, typed
from ioverse_app.ui.chats.state import ChatState


class ParametersState(rx.State):
    """The panel. `round` counts how often its fields were filled anew."""

    shown: bool = False
    items: list[ParameterItem] = []
    any_set: bool = False
    problem: str = ""
    problem_name: str = ""
    round: int = 0

    @rx.event
    async def toggle(self):
        """Open the panel, or put it away."""
        self.shown = not self.shown
        await self._fill()

    @rx.event
    def close(self):
        """Put the panel away."""
        self.shown = False

    @rx.event
    async def load(self):
        """Show what the model that was chosen takes, in the chat that was opened."""
        await self._fill()

    @rx.event
    async def refresh(self):
        """Show what was changed in another tab, and leave alone what is being typed here."""
        if self.shown and (user := await current_user(self)):
            try:
                await self._show(user)
            except AppError:  # the chat is not there, as the page says
                self.shown = False

    @rx.event
    async def save(self, name: str, text: str):
        """Keep what was set in one field. An empty one has its default again."""
        user = await current_user(self)
        if user is None:
            return
        name, text = str(name), str(text)
        try:
            await self._change(user, name, typed(name, text))
        except AppError as error:
            self.problem, self.problem_name = error.message, name
            return
        if self.problem_name == name:
            self.problem = self.problem_name = ""
        await self._show(user)

    @rx.event
    async def restore(self):
        """Let every field have its default again."""
        user = await current_user(self)
        if user is None:
            return
        chat = await self.get_state(ChatState)
        try:
            if chat.conversation_id:
                async with db.transaction() as session:
                    await parameters.reset(session, user, chat.conversation_id)
            else:
                chat._parameters = {}
        except AppError as error:
            self.problem, self.problem_name = error.message, ""
            return
        await self._fill()

    async def _change(self, user: User, name: str, value: Any) -> None:
        chat = await self.get_state(ChatState)
        if chat.conversation_id:
            async with db.transaction() as session:
                await parameters.set(
                    session, user, chat.conversation_id, {name: value}, model=chat.model
                )
        else:
            profile = catalogue.profile(chat.model)
            chat._parameters = parameters.merged(profile, chat._parameters, {name: value})

    async def _fill(self) -> None:
        """Fill every field anew, if they are to be seen."""
        self.problem = self.problem_name = ""
        if not self.shown or not (user := await current_user(self)):
            return
        self.round += 1
        try:
            await self._show(user)
        except AppError:  # the chat is not there, as the page says
            self.shown = False

    async def _show(self, user: User) -> None:
        chat = await self.get_state(ChatState)
        values = chat._parameters
        if chat.conversation_id:
            async with db.reading() as session:
                values = (await conversations.get(session, user, chat.conversation_id)).parameters
        profile = catalogue.profile(chat.model)
        fitting = parameters.fitted(profile, values)
        self.items = [ParameterItem.of(one, fitting) for one in parameters.offered(profile)]
        self.any_set = any(item.value for item in self.items)
