"""What the chat screen draws: sketches of rows, never the text of a message."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ioverse_app.engine.ending import message_status
from ioverse_app.engine.events import Ended
from ioverse_app.providers import catalogue
from ioverse_app.services.versions import Version
from ioverse_app.tables import Message, MessageStatus


@dataclass(frozen=True)
class ModelItem:
    """An entry of the model picker."""

    ref: str
    label: str


@dataclass(frozen=True)
class ModelGroup:
    """The models of one provider."""

    label: str
    models: list[ModelItem]


@dataclass(frozen=True)
class MessageItem:
    """How a message stands. `characters` is how many characters its finished text has.

    It is version `number` of `count`; the ids of its neighbours are empty at the ends.
    """

    id: str
    role: str
    status: str
    author: str = ""
    characters: int = 0
    problem: str = ""
    stats: str = ""
    reasoned: bool = False
    can_retry: bool = False
    can_continue: bool = False
    left_out: int = 0
    number: int = 1
    count: int = 1
    previous_id: str = ""
    next_id: str = ""

    @classmethod
    def of(cls, message: Message, version: Version) -> MessageItem:
        """How this stored message stands, and where among its versions."""
        item = cls(
            id=message.id,
            role=message.role,
            status=message.status,
            author=catalogue.profile(message.model).label if message.model else "",
            characters=len(message.content),
            reasoned=bool(message.reasoning),
            left_out=message.left_out,
            number=version.number,
            count=version.count,
            previous_id=version.previous_id or "",
            next_id=version.next_id or "",
        )
        if message.status == MessageStatus.STREAMING or message.role != "assistant":
            return item
        return item._with_end(
            message.status,
            bool(message.content),
            message.finish_reason,
            message.error_message,
            _stats(message.prompt_tokens, message.completion_tokens, message.seconds),
        )

    def ended(self, ended: Ended, length: int) -> MessageItem:
        """How it stands when its run has ended so, with this many characters."""
        stats = _stats(ended.prompt_tokens, ended.completion_tokens, ended.seconds)
        status = message_status(ended)
        item = replace(self, characters=length)
        return item._with_end(status, length > 0, ended.finish_reason, ended.error_message, stats)

    def thinking(self) -> MessageItem:
        """How it stands when the model thinks before it answers."""
        return replace(self, reasoned=True)

    def streaming(self) -> MessageItem:
        """How it stands when it goes on."""
        return replace(
            self,
            status=MessageStatus.STREAMING,
            problem="",
            stats="",
            can_retry=False,
            can_continue=False,
        )

    def _with_end(
        self, status: str, has_text: bool, finish: str | None, error: str | None, stats: str
    ) -> MessageItem:
        cut = finish == "length"
        unfinished = status in (MessageStatus.INTERRUPTED, MessageStatus.STOPPED) or cut
        return replace(
            self,
            status=status,
            problem=error or ("The answer reached its length limit." if cut else ""),
            stats=stats,
            can_retry=status != MessageStatus.COMPLETE,
            can_continue=unfinished and has_text,
        )


def _stats(prompt: int | None, completion: int | None, seconds: float | None) -> str:
    parts: list[str] = []
    if prompt is not None and completion is not None:
        parts.append(f"{prompt:,} + {completion:,} tokens")
    if seconds is not None:
        parts.append(f"{seconds:.1f} s")
    if completion and seconds:
        parts.append(f"{completion / seconds:.0f} tokens/s")
    return " · ".join(parts)
