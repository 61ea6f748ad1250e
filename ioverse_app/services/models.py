"""Models: the one of a conversation, and those that a person used last."""

from __future__ import annotations

from collections.abc import Sequence

from ioverse_app import db
from ioverse_app.errors import Invalid
from ioverse_app.providers import registry
from ioverse_app.services import conversations, paying
from ioverse_app.services.notices import SettingsChanged, tell_after
from ioverse_app.tables import Conversation, User

RECENT = 3
LOOKED_AT = 50
"""The conversations, newest first, that `recent` looks for models in."""

ENDED = "Its provider has shut this model down. Choose another one."
NOT_LISTED = "This model cannot be used here now. Choose another one."


async def choose(user: User, conversation_id: str, ref: str) -> Conversation:
    """Let another model give the next answers of a conversation. Invalid if it cannot now.

    It opens its own transaction, since asking the providers what they have can take a while.
    """
    await check(user, ref)
    async with db.transaction() as session:
        conversation = await conversations.get(session, user, conversation_id)
        if conversation.model != ref:
            conversation.model = ref
            tell_after(session, user.id, SettingsChanged(conversation.id))
    return conversation


async def check(user: User, ref: str) -> None:
    """Raise Invalid, with a sentence, unless this person can pick this model now."""
    now = await paying.available(user)
    if any(model.ref == ref for model in now.models):
        return
    ended = any(model.ref == ref for model in now.ended)
    raise Invalid(ENDED if ended else NOT_LISTED, code="model_unavailable")


def recent(used: Sequence[Conversation], limit: int = RECENT) -> list[str]:
    """The models of these conversations, the one that was used last first."""
    ordered = sorted(used, key=lambda conversation: conversation.active_at, reverse=True)
    return list(dict.fromkeys(one.model for one in ordered if one.model))[:limit]


async def refresh() -> int:
    """Ask every provider anew what it has, its prices and its ends; how many models there are.

    The retirement desk knows of an end in time then, also while nobody opens a list of models.
    """
    registry.forget()
    now = await registry.available()
    return len(now.models) + len(now.ended)
