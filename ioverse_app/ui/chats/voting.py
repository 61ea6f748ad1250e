"""What a person thinks of answers: votes, and why."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import votes
from ioverse_app.tables import VoteValue
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.problem import Problem
from ioverse_app.ui.shell import NoticeState


class Voting(Problem, mixin=True):
    """The votes for the messages on the screen, apart from them: a vote moves nothing else."""

    votes: dict[str, str] = {}
    commenting_id: str = ""

    @rx.event
    async def vote(self, message_id: str, value: str):
        """Say that an answer is good or bad, or take that back."""
        if not (user := await current_user(self)) or value not in tuple(VoteValue):
            return
        async with db.transaction() as session:
            now = await votes.cast(session, user, message_id, VoteValue(value))
        self._note_vote(message_id, now)
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

    def _note_vote(self, message_id: str, value: str) -> None:
        if self.votes.get(message_id, "") != value:
            self.votes = {**self.votes, message_id: value}
