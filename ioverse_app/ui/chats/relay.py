"""From what happens to what the page is told: one relay for each open page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any

from ioverse_app.engine.events import Ended
from ioverse_app.live import Lagged
from ioverse_app.providers.events import (
    QuestionTranslated,
    ReasoningDelta,
    TextDelta,
    TranslationDelta,
)
from ioverse_app.services.feeds import Following, Happening, Said
from ioverse_app.services.notices import (
    BranchChanged,
    BudgetNearlyUsed,
    ContextMarked,
    ListChanged,
    ManyChanged,
    ModelsEnd,
    RunStarted,
    SettingsChanged,
    TrashEmptied,
    Voted,
)
from ioverse_app.tables import MessageStatus, User
from ioverse_app.ui.chats import list_pushes
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.shell import NoticeState
from ioverse_app.ui.shell.ending import EndingState
from ioverse_app.ui.transcript import push, reasoning, translation
from ioverse_app.ui.transcript.pushes import WHOLE

if TYPE_CHECKING:
    from ioverse_app.ui.chats.state import ChatState


class Relay:
    """Text goes to the page without a lock; the state is locked only when a message changes."""

    def __init__(self, user: User, conversation_id: str) -> None:
        self._user = user
        self._conversation_id = conversation_id
        self._thought: dict[str, int] = {}
        self._translated: dict[str, int] = {}

    async def tell(self, state: ChatState, happening: Happening) -> AsyncGenerator[Any, None]:
        """The events that bring the page up to this happening."""
        match happening:
            case Said():
                async for event in self._say(state, happening):
                    yield event
            case RunStarted(conversation_id=here) if here == self._conversation_id:
                yield await self._show_start(state, happening)
            case Following():
                yield await self._catch_up(state, happening)
            case ListChanged(conversation_id=changed):
                yield await self._change_list(state, [changed])
            case ManyChanged(conversation_ids=changed):
                yield await self._change_list(state, changed)
            case TrashEmptied():
                yield await list_pushes.page(self._user, list_pushes.TRASH)
            case BranchChanged(conversation_id=here) if here == self._conversation_id:
                yield await self._reload(state)
                async with state:
                    state._branched = True
            case SettingsChanged(conversation_id=here) if here == self._conversation_id:
                yield await self._load_settings(state)
            case Voted(message_id=message_id, value=value):
                async with state:
                    state._note_vote(message_id, value)
            case ContextMarked(conversation_id=here) if here == self._conversation_id:
                async with state:
                    state._mark(happening.message_id, happening.in_context)
            case BudgetNearlyUsed(sentence=sentence):
                yield NoticeState.say(sentence)
            case ModelsEnd():
                yield EndingState.look
            case Lagged():
                yield await self._reload(state)
                yield await list_pushes.page(self._user)
            case _:
                pass

    async def _change_list(self, state: ChatState, changed: Sequence[str]) -> Any:
        if self._conversation_id in changed:
            async with state:
                if state.conversation_id == self._conversation_id:  # else it was just left
                    await state._load_title(self._user)
        return await list_pushes.changes(self._user, changed)

    async def _load_settings(self, state: ChatState) -> Any:
        from ioverse_app.ui.chats.parameters_state import ParametersState  # it knows ChatState

        async with state:
            await state._load_settings(self._user)
        return ParametersState.refresh

    async def _say(self, state: ChatState, said: Said) -> AsyncGenerator[Any, None]:
        text, thought, translated = [], [], []
        ended: Ended | None = None
        for entry in said.entries:
            match entry.event:
                case TextDelta(text=more):
                    text.append(more)
                case ReasoningDelta(text=more):
                    thought.append(more)
                case TranslationDelta(text=more):
                    translated.append(more)
                case QuestionTranslated(text=question):
                    yield await self._show_question(state, said.answer_id, question)
                case Ended() as end:
                    ended = end
                case _:
                    pass
        if thought:
            async for event in self._think(state, said.answer_id, "".join(thought)):
                yield event
        whole = "".join(text)
        if whole:
            yield push(said.answer_id, said.offset, whole)
        if translated:
            yield await self._translate(state, said.answer_id, "".join(translated))
        if ended is not None:
            length = said.offset + len(whole)
            async with state:
                state.running_id = ""
                state._change(said.answer_id, lambda item: item.ended(ended, length))

    async def _think(
        self, state: ChatState, answer_id: str, text: str
    ) -> AsyncGenerator[Any, None]:
        offset = self._thought.get(answer_id, 0)
        if not offset:
            async with state:
                state._change(answer_id, MessageItem.thinking)
        self._thought[answer_id] = offset + len(text)
        yield push(reasoning(answer_id), offset, text)

    async def _show_question(self, state: ChatState, answer_id: str, text: str) -> Any:
        """Put what the model was asked below the question that this answers."""
        async with state:
            ids = [item.id for item in state.messages]
            at = ids.index(answer_id) if answer_id in ids else 0
            if at == 0:
                return None
            state._change(ids[at - 1], MessageItem.translating)
        return push(translation(ids[at - 1]), WHOLE, text)

    async def _translate(self, state: ChatState, answer_id: str, text: str) -> Any:
        """Show more of an answer in its person's language; at first in place of an older one."""
        offset = self._translated.get(answer_id, 0)
        if not offset:
            async with state:
                state._change(answer_id, MessageItem.translating)
        self._translated[answer_id] = offset + len(text)
        return push(translation(answer_id), offset or WHOLE, text)

    async def _show_start(self, state: ChatState, started: RunStarted) -> Any:
        """An answer began, here or in another tab: its messages are loaded when they are new."""
        async with state:
            state.running_id = started.run_id
            known = {item.id for item in state.messages}
            self._translated.pop(started.answer_id, None)
            if started.answer_id in known:
                state._change(started.answer_id, MessageItem.streaming)
                return None
        return await self._reload(state)

    async def _catch_up(self, state: ChatState, following: Following) -> Any:
        """Load again when something happened between loading and following."""
        async with state:
            last = state.messages[-1].id if state.messages else None
            streaming = {
                item.id for item in state.messages if item.status == MessageStatus.STREAMING
            }
        if last == following.head_id and streaming <= following.answer_ids:
            return None
        return await self._reload(state)

    async def _reload(self, state: ChatState) -> Any:
        async with state:
            known = state.messages
            loaded = await state._read(self._user)
            state._show(loaded)
        return loaded.texts(known) if loaded else None
