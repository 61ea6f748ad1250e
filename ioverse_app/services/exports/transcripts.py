"""A conversation as the writers of documents want it: names, moments and sentences for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from ioverse_app.providers import catalogue
from ioverse_app.rendering.transcript import Enclosed, Transcript, Turn
from ioverse_app.services.exports.snapshot import Exported, Said
from ioverse_app.tables import Attachment, Message, MessageStatus

_STANDS = {
    MessageStatus.STREAMING: "This answer was still being written.",
    MessageStatus.INTERRUPTED: "This answer was interrupted.",
    MessageStatus.STOPPED: "This answer was stopped.",
}


def transcript(exported: Exported, pictures: Mapping[str, bytes]) -> Transcript:
    """The conversation, with the bytes of its pictures by their key in the storage."""
    return Transcript(
        title=exported.conversation.title,
        about=about(exported),
        turns=tuple(_turn(exported, said, pictures) for said in exported.said),
    )


def about(exported: Exported) -> str:
    """When it began, how much it is, and which models answered."""
    count = len(exported.said)
    models = sorted({author(each.message, "") for each in exported.said if each.message.model})
    parts = [_day(exported.conversation.created_at)]
    parts.append("1 message" if count == 1 else f"{count} messages")
    if exported.whole:
        parts.append("every version")
    return " · ".join([*parts, *models])


def author(message: Message, person: str) -> str:
    """Who said it: a person, or a model by its name."""
    if message.role == "user":
        return person
    if message.role == "system":
        return "Instructions"
    return catalogue.profile(message.model).label if message.model else "Assistant"


def moment(message: Message) -> str:
    """When a message was begun, as people read it."""
    return f"{_day(message.created_at)}, {message.created_at.astimezone(UTC):%H:%M} UTC"


def notes(said: Said, *, whole: bool) -> Iterator[str]:
    """Short sentences about how a message stands."""
    if whole and said.count > 1:
        yield f"Version {said.number} of {said.count}."
    if stands := _STANDS.get(MessageStatus(said.message.status)):
        yield stands
    if said.message.error_message:
        yield said.message.error_message


def _turn(exported: Exported, said: Said, pictures: Mapping[str, bytes]) -> Turn:
    message = said.message
    return Turn(
        author=author(message, exported.person),
        moment=moment(message),
        words=message.content,
        verbatim=message.role == "user",
        thoughts=message.reasoning,
        translation=message.translation,
        enclosed=tuple(_enclosed(each, pictures) for each in said.attachments),
        notes=tuple(notes(said, whole=exported.whole)),
    )


def _enclosed(attachment: Attachment, pictures: Mapping[str, bytes]) -> Enclosed:
    data = pictures.get(attachment.stored, b"")
    return Enclosed(attachment.name, attachment.media_type, data)


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %B %Y}".lstrip("0")
