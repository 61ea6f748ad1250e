"""What the page knows of a file: never its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ioverse_app.tables import Attachment


@dataclass(frozen=True)
class AttachmentItem:
    """A file of a message. Its bytes are at `/api/attachments/<id>/content`."""

    id: str
    name: str
    kind: str
    size: int
    width: int = 0
    height: int = 0
    pages: int = 0
    cut: bool = False

    @classmethod
    def of(cls, attachment: Attachment) -> AttachmentItem:
        """This stored file."""
        return cls(
            id=attachment.id,
            name=attachment.name,
            kind=attachment.kind,
            size=attachment.size,
            width=attachment.width or 0,
            height=attachment.height or 0,
            pages=attachment.pages or 0,
            cut=attachment.cut,
        )


def items_of(given: Mapping[str, Iterable[Attachment]]) -> dict[str, list[AttachmentItem]]:
    """The files of messages, by message."""
    return {key: [AttachmentItem.of(each) for each in rows] for key, rows in given.items()}
