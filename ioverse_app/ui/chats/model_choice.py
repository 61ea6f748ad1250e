"""Which model gives the next answers, and which there are."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from ioverse_app.errors import AppError
from ioverse_app.providers import registry
from ioverse_app.services import models, paying
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.chats.items import ModelGroup
from ioverse_app.ui.chats.models import model_groups
from ioverse_app.ui.chats.problem import Problem


class ModelChoice(Problem, mixin=True):
    """What the picker of a chat shows. `trouble` is what providers had to say."""

    conversation_id: str = ""
    model: str = ""
    groups: list[ModelGroup] = []
    recent_models: list[str] = []
    trouble: str = ""

    @rx.event
    async def choose_model(self, ref: str):
        """Let another model give the next answers of this chat."""
        if not (user := await current_user(self)):
            return
        try:
            if self.conversation_id:
                await models.choose(user, self.conversation_id, str(ref))
            else:
                await models.check(user, str(ref))
        except AppError as error:
            self.problem = error.message
            return
        self.model = str(ref)

    async def _load_models(self, user: User, used: Sequence[str]) -> None:
        """What the picker shows; it is sent only when it has changed."""
        available = await paying.available(user)
        groups = model_groups(available)
        if groups != self.groups:
            self.groups = groups
        self.trouble = " ".join(available.problems)
        offered = {model.ref for model in available.models}
        recent = [ref for ref in used if ref in offered]
        if recent != self.recent_models:
            self.recent_models = recent
        if self.model not in offered:
            self.model = next(iter(recent), "") or (registry.first(available) if offered else "")
