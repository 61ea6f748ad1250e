"""What is set before a chat has begun, and holds from its first message on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ioverse_app.tables import Conversation


@dataclass(slots=True)
class Beginning:
    """How a new chat will be. Values are replaced, never changed in place."""

    model: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    facts: dict[str, str] = field(default_factory=dict[str, str])
    language: str | None = None
    model_language: str | None = None
    title: str | None = None

    def give(self, conversation: Conversation) -> None:
        """Let a conversation that has just been made be like this."""
        conversation.facts = dict(self.facts)
        conversation.language, conversation.model_language = self.language, self.model_language
        if self.title:
            conversation.title = self.title
