"""A chat as Markdown: the branch that is on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from ioverse_app.providers import catalogue
from ioverse_app.tables import Conversation, Message


def transcript_markdown(conversation: Conversation, branch: Sequence[Message]) -> str:
    """The title, and every message below the name of who wrote it, with its translation."""
    parts = [f"# {conversation.title}"]
    for message in branch:
        parts.append(f"## {_author(message)}")
        if message.role == "assistant" and message.translation:
            parts += [message.translation, "### Original", message.content]
        else:
            parts.append(message.content)
            if message.translation:
                parts += ["### As sent", message.translation]
        if message.error_message:
            parts.append(f"> {message.error_message}")
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _author(message: Message) -> str:
    if message.role == "user":
        return "You"
    return catalogue.profile(message.model).label if message.model else "Assistant"
