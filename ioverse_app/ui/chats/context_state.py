"""The panel of the context: what the next answer would be given, or what one was given."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.engine.context import Plan
from ioverse_app.errors import AppError
from ioverse_app.services import context, given
from ioverse_app.tables import InContext, User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.context_item import ContextItem, keyed, share
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.transcript import push

ROWS = 60
MOST = 100_000
"""As many characters of a text are shown."""


class ContextState(rx.State):
    """The panel. `answer_id` is the answer that is looked into; without one it is the next.

    `opened` are the parts whose texts are shown, `hidden` the rows that are not.
    """

    shown: bool = False
    loading: bool = False
    answer_id: str = ""
    items: list[ContextItem] = []
    hidden: int = 0
    opened: list[str] = []
    share: int = 0
    reserve: int = 0
    used: str = ""
    kept: str = ""
    counted: str = ""
    dropped: str = ""
    problem: str = ""

    _rows: int = ROWS
    _chat_id: str = ""

    @rx.event
    async def toggle(self):
        """Show what the next answer would be given, or put the panel away."""
        if self.shown and not self.answer_id:
            self.shown = False
        else:
            await self._begin("")

    @rx.event
    async def inspect(self, answer_id: str):
        """Show what an answer was given."""
        await self._begin(str(answer_id))

    @rx.event
    def close(self):
        """Put the panel away."""
        self.shown = False

    @rx.event
    async def load(self):
        """Fill the panel: when it comes on the screen, and when something has changed."""
        await self._fill()

    @rx.event
    async def more(self):
        """Show the rows above the first one."""
        self._rows += 10 * ROWS
        await self._fill()

    @rx.event
    async def mark(self, message_id: str, in_context: str):
        """Pin a message, exclude it, or neither. The panel is filled again when that is stored."""
        user = await current_user(self)
        if user is None or in_context not in tuple(InContext):
            return
        async with db.transaction() as session:
            await context.mark(session, user, str(message_id), InContext(in_context))

    @rx.event
    async def read(self, key: str):
        """Show a part's text as it stands in the request, or put it away."""
        if key in self.opened:
            self.opened = [each for each in self.opened if each != key]
            return None
        if not (user := await current_user(self)):
            return None
        plan = await self._plan(user)
        said = next((part.said for own, part, _ in keyed(plan) if own == key), "")
        self.opened = [*self.opened, key]
        if len(said) > MOST:
            said = f"{said[:MOST]}\n\n[{len(said) - MOST:,} more characters are not shown here.]"
        return push(f"{key}/s", -1, said)

    async def _begin(self, answer_id: str) -> None:
        self.shown, self.loading, self.answer_id = True, True, answer_id
        self._chat_id = (await self.get_state(ChatState)).conversation_id
        self.items, self.opened, self.problem, self._rows = [], [], "", ROWS
        (await self.get_state(ParametersState)).shown = False

    async def _fill(self) -> None:
        user = await current_user(self)
        if user is None or not self.shown:
            return
        chat = await self.get_state(ChatState)
        if chat.conversation_id != self._chat_id:
            self.answer_id, self._chat_id, self._rows = "", chat.conversation_id, ROWS
        try:
            plan = await self._plan(user)
        except AppError as error:
            self.items, self.problem = [], error.message
        else:
            self._show(plan)
        self.loading = False

    async def _plan(self, user: User) -> Plan:
        chat = await self.get_state(ChatState)
        async with db.reading() as session:
            if self.answer_id:
                return (await given.sent(session, user, self.answer_id)).plan
            if chat.conversation_id:
                return (await context.of(session, user, self._chat_id, model=chat.model))[1]
        return await context.of_new(chat.model, chat._parameters)

    def _show(self, plan: Plan) -> None:
        rows = [ContextItem.of(part, key, sent=sent) for key, part, sent in keyed(plan)]
        self.hidden = max(0, len(rows) - 1 - self._rows)
        self.items = [*rows[:1], *rows[1 + self.hidden :]]
        self.share = share(plan.tokens, plan.window)
        self.reserve = share(plan.output, plan.window)
        about = "" if plan.exact else "About "
        self.used = f"{about}{plan.tokens:,} of {plan.window:,} tokens"
        self.kept = f"{plan.output:,} tokens"
        self.counted = _how(plan)
        self.dropped = _dropped(plan)
        self.problem = ""


def _how(plan: Plan) -> str:
    between = f"{plan.separators:,} of them stand between the messages."
    if plan.exact:
        return f"Counted with the model's own vocabulary; {between}"
    if plan.encoding:
        return f"Counted, but for pictures and very long texts, which are estimated; {between}"
    return f"Estimated: a token for every 3 bytes, which is rather too many. {between}"


def _dropped(plan: Plan) -> str:
    if not plan.dropped:
        return ""
    what = (
        "1 earlier message has" if plan.dropped == 1 else f"{plan.dropped:,} earlier messages have"
    )
    return f"{what} no room. Pin what has to be sent."
