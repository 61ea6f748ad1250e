"""The open conversation: which messages are on the screen, and what may be done."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import aclosing, suppress
from typing import Any

import reflex as rx
from reflex.event import Event

from ioverse_app import db
from ioverse_app.errors import AppError, NotFound
from ioverse_app.providers import catalogue
from ioverse_app.services import (
    around,
    attachments,
    commands,
    conversations,
    feeds,
    messages,
    models,
    parameters,
    rates,
    runs,
    temporary,
    translations,
    versions,
)
from ioverse_app.services.beginning import Beginning
from ioverse_app.services.notices import RunStarted
from ioverse_app.services.rates import Kind
from ioverse_app.services.runs import Started
from ioverse_app.services.titles import title_of
from ioverse_app.tables import Conversation, MessageStatus, User
from ioverse_app.tables.conversation import NEW_TITLE
from ioverse_app.ui.accounts.current import (
    current_session,
    current_user,
    has_ended,
    require_user,
)
from ioverse_app.ui.attachments import AttachmentItem, attachments_returned, attachments_taken
from ioverse_app.ui.attachments.item import items_of
from ioverse_app.ui.chats import list_pushes
from ioverse_app.ui.chats.context_item import share
from ioverse_app.ui.chats.items import MessageItem, ReplyItem
from ioverse_app.ui.chats.loaded import Loaded
from ioverse_app.ui.chats.model_choice import ModelChoice
from ioverse_app.ui.chats.relay import Relay
from ioverse_app.ui.chats.voting import Voting
from ioverse_app.ui.shell import ShellState
from ioverse_app.ui.transcript import (
    draft_returned,
    draft_taken,
    drafts_of,
    push,
    show_message,
)


class ChatState(Voting, ModelChoice, rx.State):
    """The open conversation: which messages are on the screen, and what may be done.

    `marks` counts how often messages were pinned or excluded while it was open.
    """

    title: str = NEW_TITLE
    messages: list[MessageItem] = []
    replies: list[ReplyItem] = []  # of commands: they go when the next message is sent
    ready: bool = False
    missing: bool = False
    temporary: bool = False
    running_id: str = ""
    has_earlier: bool = False
    has_later: bool = False
    language: str = ""
    model_language: str = ""
    editing_id: str = ""
    marks: int = 0

    _earlier_id: str | None = None
    _at: str = ""  # the message that the address names, while it is looked at
    _begun: RunStarted | None = None
    _parameters: dict[str, Any] = {}  # what was set before the first message
    _beginning: Beginning = Beginning()
    _branched: bool = False  # the next message may be another version of one that is kept

    @rx.var
    def context_share(self) -> int:
        """How much of the model's window the last answer took with all that it was given, in %."""
        taken = next((item.tokens for item in reversed(self.messages) if item.tokens), 0)
        return share(taken, catalogue.profile(self.model).context_window)

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
        self.replies = []
        (await self.get_state(ShellState))._greet(user)
        if wanted != self.conversation_id or not self.ready:
            await self._leave(user)
            self._show_nothing(wanted)
        yield drafts_of(user.id)
        self._at = self.router.url.query_parameters.get("message", "")
        if self._at and not await around.bring_up(user, wanted, self._at):
            self._at = ""
        if loaded := await self._read(user):
            yield loaded.texts()  # before the messages that show them
        self._show(loaded)
        if loaded and self._at:
            yield show_message(self._at)
        lines, chats = await list_pushes.first(user)
        yield lines
        await self._load_models(user, models.recent(chats))
        yield ChatState.listen

    @rx.event(background=True)
    async def listen(self):
        """Show what happens to this person's chats, and every word of the open one."""
        async with self:
            signed_in = await current_session(self)
            conversation_id = "" if self.missing else self.conversation_id
            begun, self._begun = self._begun, None
        if signed_in is None:
            return
        user = signed_in.user
        relay = Relay(user, conversation_id)
        try:
            async with aclosing(feeds.follow(user, conversation_id or None, begun)) as happenings:
                async for happening in happenings:
                    if has_ended(signed_in):
                        return
                    async for event in relay.tell(self, happening):
                        yield event
        except NotFound:  # it was deleted, in another tab
            async with self:
                self.missing = True

    @rx.event
    async def tell_whose(self):
        """Tell a page whose it is, so that it finds and keeps this person's drafts."""
        if user := await current_user(self):
            return drafts_of(user.id)

    @rx.event
    async def send(self, form: dict[str, str]):
        """Send what was typed, and begin its answer."""
        user = await require_user(self)
        if not isinstance(user, User):
            return user
        self.problem = ""
        text = str(form.get("message", ""))
        files = str(form.get("attachments", "")).split()
        if commands.is_command(text):
            from ioverse_app.ui.chats.command_state import CommandState  # which knows this one

            return CommandState.run(text)
        text, typed = commands.literal(text), text
        chat_id, model = self.conversation_id or None, self.model or None
        back = await self._back_to_newest(user)
        try:
            await rates.check(Kind.CHAT, user.id)
            after = self.messages[-1].id if self.messages else None
            chosen = None if chat_id else self._chosen()
            started = await runs.start(
                user,
                chat_id,
                text,
                model=model,
                after=after,
                parameters=chosen,
                attachments=files,
                temporary=self.temporary,
                beginning=self._beginning,
            )
        except AppError as error:
            self.problem = error.message
            return [draft_returned(typed), attachments_returned()]
        self.replies = []
        text = messages.checked(text, may_be_empty=True)
        given = await self._given(user, started.question_id or "") if files else []
        question = MessageItem(
            started.question_id or "",
            "user",
            MessageStatus.COMPLETE,
            characters=len(text),
            attachments=given,
        )
        self._add(question)
        self._begin(started)
        if chat_id and self._branched:
            self._show(await self._read(user))
        shown = [*back, draft_taken(), attachments_taken(), push(question.id, 0, text)]
        if chat_id is None:
            self.conversation_id = started.conversation_id
            self._begun = RunStarted(
                started.conversation_id, started.run_id, started.answer_id, question.id
            )
            first = text or (given[0].name if given else "")
            self.title = self._beginning.title or title_of(first)
            if not self.temporary:
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
    async def retry_with(self, message_id: str, model: str):
        """Answer the same question again with this model, which then answers the next ones too."""
        if not (user := await current_user(self)):
            return None
        try:
            await models.check(user, str(model))
        except AppError as error:
            self.problem = error.message
            return None
        again = runs.retry(user, str(message_id), model=str(model))
        return await self._begin_version(user, again)

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
            files = form.get("attachments", "").split()
            return await self._begin_version(
                user, runs.edit(user, message_id, text, model=self.model, attachments=files)
            )

    @rx.event
    async def show_version(self, message_id: str):
        """Put another version of a message on the screen, with what follows it."""
        if not (user := await current_user(self)):
            return
        async with db.transaction() as session:
            await versions.show(session, user, message_id)

    @rx.event
    async def go_on(self, message_id: str):
        """Go on with an answer that is not complete."""
        user = await current_user(self)
        if user is None:
            return
        try:
            await rates.check(Kind.CHAT, user.id)
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
            loaded = await Loaded.of(session, user, conversation, page)
        self._earlier_id = page.earlier_id
        self.has_earlier = page.earlier_id is not None
        yield loaded.texts()
        self.messages = loaded.items() + self.messages
        self.votes = {**self.votes, **loaded.votes}

    @rx.event
    async def show_later(self):
        """Put the messages behind the last one below it."""
        user = await current_user(self)
        if user is None or not self.has_later or not self.messages:
            return
        async with db.reading() as session:
            conversation = await conversations.get(session, user, self.conversation_id)
            page = await around.newer(session, conversation, self.messages[-1].id)
            loaded = await Loaded.of(session, user, conversation, page)
        self.has_later = page.has_later
        yield loaded.texts()
        self.messages = self.messages + loaded.items()
        self.votes = {**self.votes, **loaded.votes}

    @rx.event
    async def resend(self, message_id: str, have: int):
        """Send again what this page lacks of a message's text."""
        user = await current_user(self)
        if user is None:
            return None
        base, _, channel = message_id.partition("/")
        if any(reply.id == base for reply in self.replies):
            return None
        text = await runs.text_so_far(user, base, channel)
        return push(message_id, max(0, have), text[max(0, have) :])

    def _chosen(self) -> dict[str, Any]:
        """What was set before the first message, as the model that was chosen since takes it."""
        return parameters.fitted(catalogue.profile(self.model), self._parameters)

    def _show_languages(self, chat: Conversation | Beginning) -> None:
        self.language, self.model_language = translations.pair(chat) or ("", "")

    def _wanted_id(self) -> str:
        return self.router.url.path.removeprefix("/chat").strip("/")

    async def _leave(self, user: User) -> None:
        """Whatever was open before: if it was temporary, it ends here."""
        if self.temporary and self.conversation_id:
            async with db.transaction() as session:
                await temporary.leave(session, user, self.conversation_id)

    def _show_nothing(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.messages = []
        self.votes = {}
        self._parameters = {}
        self._beginning = Beginning()
        self.language = self.model_language = ""
        self.title = NEW_TITLE
        self.running_id = self.problem = self.editing_id = self.commenting_id = ""
        self.has_earlier = self.has_later = self.missing = self.temporary = False
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
                return await Loaded.of(session, user, conversation, page, run)
        except NotFound:
            self.missing = True
            return None

    async def _given(self, user: User, question_id: str) -> list[AttachmentItem]:
        """The files that went with a question."""
        async with db.reading() as session:
            question = await messages.get(session, user, question_id)
            given = items_of(await attachments.of(session, [question]))
        return given.get(question_id, [])

    def _show(self, loaded: Loaded | None) -> None:
        """Put what was read on the screen."""
        self.ready = True
        if loaded is None:
            return
        self.title = loaded.conversation.title
        self.temporary = loaded.conversation.temporary
        self.model = loaded.conversation.model or self.model
        self._show_languages(loaded.conversation)
        self._branched = not loaded.page.items
        self.running_id = loaded.run.id if loaded.run else ""
        self._earlier_id = loaded.page.earlier_id
        self.has_earlier = loaded.page.earlier_id is not None
        self.has_later = loaded.page.has_later
        self.messages = loaded.items()
        self.votes = loaded.votes

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
            self.temporary = conversation.temporary

    async def _load_settings(self, user: User) -> None:
        """Read what holds for the next answer, which was changed by a command or elsewhere."""
        with suppress(NotFound):
            async with db.reading() as session:
                conversation = await conversations.get(session, user, self.conversation_id)
            self.model = conversation.model or self.model
            self._show_languages(conversation)

    async def _begin_version(self, user: User, beginning: Coroutine[Any, Any, Started]):
        """Show the branch that begins with a new version; say so if it cannot be."""
        try:
            await rates.check(Kind.CHAT, user.id)
            await beginning
        except AppError as error:
            beginning.close()
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

    def _mark(self, message_id: str, in_context: str) -> None:
        self._change(message_id, lambda item: item.marked(in_context))
        self.marks += 1

    def _change(self, message_id: str, change) -> None:
        self.messages = [change(item) if item.id == message_id else item for item in self.messages]
