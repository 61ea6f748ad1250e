"""A conversation as Markdown: the words of both sides exactly as they are."""

from __future__ import annotations

from collections.abc import Iterator

from ioverse_app.services.exports.snapshot import Exported, Said
from ioverse_app.services.exports.transcripts import about, author, moment, notes


def markdown(exported: Exported) -> str:
    """The title, and every message below a heading that says who wrote it and when."""
    parts = [f"# {exported.conversation.title}", about(exported)]
    for said in exported.said:
        parts += _parts(exported, said)
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _parts(exported: Exported, said: Said) -> Iterator[str]:
    message = said.message
    yield f"## {author(message, exported.person)}, {moment(message)}"
    if message.reasoning:
        yield f"### Reasoning\n\n{message.reasoning.strip()}"
    yield message.content.strip("\n")
    for attachment in said.attachments:
        yield f"Attached: {attachment.name}"
    if message.translation:
        yield f"### Translation\n\n{message.translation.strip()}"
    for note in notes(said, whole=exported.whole):
        yield f"*{note}*"
