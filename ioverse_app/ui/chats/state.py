"""The open conversation: which messages are on the screen, and what may be done."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import Event

from ioverse_app import db
from ioverse_app.errors import AppError, NotFound
from ioverse_app.providers import catalogue, registry
from ioverse_app.services import (
    around,
    conversations,
    feeds,
    messages,
    parameters,
    runs,
    versions,
    votes,
)
from ioverse_app.services.notices import RunStarted
from ioverse_app.services.runs import Started
from ioverse_app.services.titles import title_of
from ioverse_app.services.versions import Version
from ioverse_app.tables import Conversation, Message, MessageStatus, Run, User, VoteValue
from ioverse_app.tables.conversation import NEW_TITLE
from ioverse_app.ui.accounts.current import current_user, require_user
from ioverse_app.ui.chats import list_pushes
from ioverse_app.ui.chats.items import MessageItem, ModelGroup
from ioverse_app.ui.chats.models import model_groups
from ioverse_app.ui.chats.relay import Relay
from ioverse_app.ui.shell import NoticeState, ShellState
from ioverse_app.ui.transcript import (
    draft_returned,
    draft_taken,
    push,
    push_all,
    reasoning,
    show_message,
)


@dataclass(frozen=True)
class Loaded:
    """What a conversation looks like in the database."""

    conversation: Conversation
    page: messages.Page
    versions: dict[str, Version]
    votes: dict[str, str]
    run: Run | None = None

    def texts(self, known: Sequence[MessageItem] = ()) -> Event:
        """The event that brings the texts to the page, but for those that it has."""
        there = {item.id for item in known if item.status != MessageStatus.STREAMING}
        return push_all(_texts([one for one in self.page.items if one.id not in there]))

    def items(self) -> list[MessageItem]:
        """The messages as the page draws them."""
        return [
            MessageItem.of(one, self.versions[one.id], self.votes.get(one.id, ""))
            for one in self.page.items
        ]


class ChatState(rx.State):
    """The open conversation: which messages are on the screen, and what may be done."""

    conversation_id: str = ""
    title: str = NEW_TITLE
    messages: list[MessageItem] = []
    ready: bool = False
    missing: bool = False
    running_id: str = ""
    has_earlier: bool = False
    has_later: bool = False
    model: str = ""
    groups: list[ModelGroup] = []
    trouble: str = ""
    problem: str = ""
    editing_id: str = ""
    commenting_id: str = ""

    _earlier_id: str | None = None
    _at: str = ""  # the message that the address names, while it is looked at
    _begun: RunStarted | None = None
    _parameters: dict[str, Any] = {}  # what was set before the first message

    @rx.event
    async def open(self):
        """Show the conversation that the address names, or an empty one, and follow it."""
        user = await require_user(self)
        if not isinstance(user, User):
            yield user
            return
        wanted = self._wanted_id()
        if self._begun and self._begun.conversation_id == wanted:
            yield ChatState.listen  # it is all on the screen
            return
        self._begun = None
        (await self.get_state(ShellState))._greet(user)
        if wanted != self.conversation_id or not self.ready:
            self._show_nothing(wanted)
            yield
        self._at = self.router.url.query_parameters.get("message", "")
        if self._at and not await around.bring_up(user, wanted, self._at):
            self._at = ""
        if loaded := await self._read(user):
            yield loaded.texts()  # before the messages that show them
        self._show(loaded)
        if loaded and self._at:
            yield show_message(self._at)
        yield await list_pushes.page(user)
        await self._load_models()
        yield ChatState.listen

    @rx.event(background=True)
    async def listen(self):
        """Show what happens to this person's chats, and every word of the open one."""
        async with self:
            user = await current_user(self)
            conversation_id = "" if self.missing else self.conversation_id
            begun, self._begun = self._begun, None
        if user is None:
            return
        relay = Relay(user, conversation_id)
        try:
            async with aclosing(feeds.follow(user, conversation_id or None, begun)) as happenings:
                async for happening in happenings:
                    async for event in relay.tell(self, happening):
                        yield event
        except NotFound:  # it was deleted, in another tab
            async with self:
                self.missing = True

    @rx.event
    async def send(self, form: dict[str, str]):
        """Send what was typed, and begin its answer."""
        user = await require_user(self)
        if not isinstance(user, User):
            return user
        self.problem = ""
        text = form.get("message", "")
        chat_id, model = self.conversation_id or None, self.model or None
        back = await self._back_to_newest(user)
        try:
            after = self.messages[-1].id if self.messages else None
            chosen = None if chat_id else self._chosen()
            started = await runs.start(
                user, chat_id, text, model=model, after=after, parameters=chosen
            )
        except AppError as error:
            self.problem = error.message
            return draft_returned(text)
        question = MessageItem(started.question_id or "", "user", MessageStatus.COMPLETE)
        self._add(question)
        self._begin(started)
        text = messages.checked(text)
        shown = [*back, draft_taken(), push(question.id, 0, text)]
        if chat_id is None:
            self.conversation_id = started.conversation_id
            self._begun = RunStarted(
                started.conversation_id, started.run_id, started.answer_id, question.id
            )
            self.title = title_of(text)
            shown.append(list_pushes.begun(self.conversation_id, self.title))
            shown.append(rx.redirect(f"/chat/{started.conversation_id}", replace=True))
        return shown

    @rx.event
    async def stop(self):
        """End the answer here. What has been said is kept."""
        if (user := await current_user(self)) and self.running_id:
            await runs.cancel(user, self.running_id)

    @rx.event
    async def retry(self, message_id: str):
        """Answer the same question again; the answer that was there stays as a version."""
        if user := await current_user(self):
            return await self._begin_version(user, runs.retry(user, message_id, model=self.model))

    @rx.event
    def ask_text(self, message_id: str):
        """Turn a question into a field for other words."""
        self.editing_id = message_id

    @rx.event
    def keep_text(self):
        """Leave the question as it was."""
        self.editing_id = ""

    @rx.event
    async def edit(self, form: dict[str, str]):
        """Ask in other words; what was there stays as a version."""
        if user := await current_user(self):
            text, message_id = form.get("message", ""), self.editing_id
            return await self._begin_version(
                user, runs.edit(user, message_id, text, model=self.model)
            )

    @rx.event
    async def show_version(self, message_id: str):
        """Put another version of a message on the screen, with what follows it."""
        if not (user := await current_user(self)):
            return
        async with db.transaction() as session:
            await versions.show(session, user, message_id)

    @rx.event
    async def vote(self, message_id: str, value: str):
        """Say that an answer is good or bad, or take that back."""
        if not (user := await current_user(self)) or value not in tuple(VoteValue):
            return
        async with db.transaction() as session:
            now = await votes.cast(session, user, message_id, VoteValue(value))
        self._change(message_id, lambda item: item.voted(now))
        self.commenting_id = message_id if now else ""

    @rx.event
    async def comment(self, form: dict[str, str]):
        """Say why, after a vote."""
        message_id, self.commenting_id = self.commenting_id, ""
        user = await current_user(self)
        if user is None or not (text := form.get("comment", "").strip()):
            return
        try:
            async with db.transaction() as session:
                await votes.comment(session, user, message_id, text)
        except AppError as error:
            self.commenting_id = message_id
            self.problem = error.message
        else:
            return NoticeState.say("Thank you.")

    @rx.event
    def skip_comment(self):
        """A vote is enough."""
        self.commenting_id = ""

    @rx.event
    async def go_on(self, message_id: str):
        """Go on with an answer that is not complete."""
        user = await current_user(self)
        if user is None:
            return
        try:
            started = await runs.resume(user, message_id)
        except AppError as error:
            self.problem = error.message
            return
        self.running_id = started.run_id
        self._change(message_id, MessageItem.streaming)

    @rx.event
    async def show_earlier(self):
        """Put the messages before the first one above it."""
        user = await current_user(self)
        if user is None or self._earlier_id is None:
            return
        async with db.reading() as session:
            conversation = await conversations.get(session, user, self.conversation_id)
            page = await messages.page(session, conversation, last_id=self._earlier_id)
            places = await versions.of(session, page.items)
            loaded = Loaded(conversation, page, places, await votes.of(session, user, page.items))
        self._earlier_id = page.earlier_id
        self.has_earlier = page.earlier_id is not None
        yield loaded.texts()
        self.messages = loaded.items() + self.messages

    @rx.event
    async def show_later(self):
        """Put the messages behind the last one below it."""
        user = await current_user(self)
        if user is None or not self.has_later or not self.messages:
            return
        async with db.reading() as session:
            conversation = await conversations.get(session, user, self.conversation_id)
            page = await around.newer(session, conversation, self.messages[-1].id)
            places = await versions.of(session, page.items)
            loaded = Loaded(conversation, page, places, await votes.of(session, user, page.items))
        self.has_later = page.has_later
        yield loaded.texts()
        self.messages = self.messages + loaded.items()

    @rx.event
    async def resend(self, message_id: str, have: int):
        """Send again what this page lacks of a message's text."""
        user = await current_user(self)
        if user is None:
            return None
        base, _, channel = message_id.partition("/")
        if channel:
            async with db.reading() as session:
                text = (await messages.get(session, user, base)).reasoning
        else:
            text = await runs.text_so_far(user, base)
        return push(message_id, max(0, have), text[max(0, have) :])

    @rx.event
    def choose_model(self, ref: str):
        """Let another model give the next answer."""
        self.model = ref

    @rx.event
    def close_problem(self):
        """Take the sentence above the composer away."""
        self.problem = ""

    def _chosen(self) -> dict[str, Any]:
        """What was set before the first message, as the model that was chosen since takes it."""
        return parameters.fitted(catalogue.profile(self.model), self._parameters)

    def _wanted_id(self) -> str:
        return self.router.url.path.removeprefix("/chat").strip("/")

    def _show_nothing(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.messages = []
        self._parameters = {}
        self.title = NEW_TITLE
        self.running_id = self.problem = self.editing_id = self.commenting_id = ""
        self.has_earlier = self.has_later = self.missing = False
        self._at = ""
        self.ready = not conversation_id

    async def _read(self, user: User) -> Loaded | None:
        """Read the newest messages of the open conversation, if there is one."""
        if not self.conversation_id:
            return None
        try:
            async with db.reading() as session:
                conversation = await conversations.get(session, user, self.conversation_id)
                page = await around.page(session, conversation, self._at)
                run = await runs.at_work(session, page.items[-1]) if page.items else None
                places = await versions.of(session, page.items)
                cast = await votes.of(session, user, page.items)
        except NotFound:
            self.missing = True
            return None
        return Loaded(conversation, page, places, cast, run)

    def _show(self, loaded: Loaded | None) -> None:
        """Put what was read on the screen."""
        self.ready = True
        if loaded is None:
            return
        self.title = loaded.conversation.title
        self.model = loaded.conversation.model or self.model
        self.running_id = loaded.run.id if loaded.run else ""
        self._earlier_id = loaded.page.earlier_id
        self.has_earlier = loaded.page.earlier_id is not None
        self.has_later = loaded.page.has_later
        self.messages = loaded.items()

    async def _back_to_newest(self, user: User) -> list[Event]:
        """What is sent follows the last message, so that one is shown first."""
        self._at = ""
        if not self.has_later or not (loaded := await self._read(user)):
            return []
        known = self.messages
        self._show(loaded)
        return [loaded.texts(known)]

    async def _load_title(self, user: User) -> None:
        """Read what may have been changed in another tab."""
        try:
            async with db.reading() as session:
                conversation = await conversations.get(session, user, self.conversation_id)
        except NotFound:
            self.missing = True
        else:
            self.title, self.missing = conversation.title, False

    async def _load_models(self) -> None:
        available = await registry.available()
        self.groups = model_groups(available.models)
        self.trouble = " ".join(available.problems)
        offered = {model.ref for model in available.models}
        if self.model not in offered:
            self.model = await registry.default() if offered else ""

    async def _begin_version(self, user: User, beginning: Awaitable[Started]):
        """Show the branch that begins with a new version; say so if it cannot be."""
        try:
            await beginning
        except AppError as error:
            self.problem = error.message
            return None
        self.editing_id = ""
        known = self.messages
        loaded = await self._read(user)
        self._show(loaded)
        return loaded.texts(known) if loaded else None

    def _begin(self, started: Started) -> None:
        self.running_id = started.run_id
        author = next(
            (m.label for group in self.groups for m in group.models if m.ref == self.model), ""
        )
        self._add(MessageItem(started.answer_id, "assistant", MessageStatus.STREAMING, author))

    def _add(self, item: MessageItem) -> None:
        if all(known.id != item.id for known in self.messages):
            self.messages = [*self.messages, item]

    def _change(self, message_id: str, change) -> None:
        self.messages = [change(item) if item.id == message_id else item for item in self.messages]


def _texts(items: Sequence[Message]) -> list[tuple[str, int, str]]:
    """The texts of messages, as the page wants them."""
    texts = [(message.id, 0, message.content) for message in items]
    texts += [(reasoning(m.id), 0, m.reasoning) for m in items if m.reasoning]
    return texts
