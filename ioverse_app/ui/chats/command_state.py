"""Commands on the chat screen: a message that begins with a slash, and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import reflex as rx

from ioverse_app.errors import AppError
from ioverse_app.services import commands
from ioverse_app.services.beginning import Beginning
from ioverse_app.services.commands import Ask, Reply
from ioverse_app.tables import new_id
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.items import ReplyItem
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.origin import public_address
from ioverse_app.ui.transcript import draft_returned, draft_taken, forget, jump_to_newest, push


class CommandState(rx.State):
    """Nothing is kept here: replies are drawn with the conversation."""

    @rx.event(background=True)
    async def run(self, text: str):
        """Do what a command says. What it changes, every page of the chat is told."""
        text = str(text)
        async with self:
            user = await current_user(self)
            chat = await self.get_state(ChatState)
            chat_id, model = chat.conversation_id or None, chat.model or None
            beginning, address = _beginning(chat), public_address(self)
        if user is None or not commands.is_command(text):
            return
        try:
            outcome = await commands.run(
                user, chat_id, text, model=model, beginning=beginning, address=address
            )
        except AppError as error:
            async with self:
                (await self.get_state(ChatState)).problem = error.message
            yield draft_returned(text)
            return
        yield draft_taken()
        if chat_id is None:
            async with self:
                _begin_so(await self.get_state(ChatState), beginning)
            yield ParametersState.load
        match outcome:
            case Reply(text=said):
                item = ReplyItem(new_id(), commands.name_of(text))
                yield push(item.id, 0, said)
                async with self:
                    chat = await self.get_state(ChatState)
                    chat.replies = [*chat.replies, item]
                yield jump_to_newest()
            case Ask(text=message):
                yield ChatState.send({"message": message})
            case _:
                pass  # an answer has begun, as the page is told

    @rx.event
    async def dismiss(self, reply_id: str):
        """Put a reply away."""
        chat = await self.get_state(ChatState)
        chat.replies = [item for item in chat.replies if item.id != str(reply_id)]
        return forget([str(reply_id)])


def _beginning(chat: ChatState) -> Beginning:
    """What was set before the first message; a command may change it."""
    one = chat._beginning
    return Beginning(
        parameters=dict(chat._parameters),
        facts=dict(one.facts),
        language=one.language,
        model_language=one.model_language,
        title=one.title,
    )


def _begin_so(chat: ChatState, beginning: Beginning) -> None:
    """Let the chat begin as a command has set it."""
    if chat.conversation_id:
        return  # it began meanwhile
    chat.model = beginning.model or chat.model
    chat._parameters = beginning.parameters
    chat._beginning = replace(beginning, model=None)
    chat._show_languages(beginning)
