"""What the chat screen draws: sketches of rows, never the text of a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ioverse_app.engine.ending import message_status
from ioverse_app.engine.events import Ended
from ioverse_app.providers import catalogue
from ioverse_app.services.versions import Version
from ioverse_app.tables import Message, MessageStatus
from ioverse_app.ui.attachments import AttachmentItem


@dataclass(frozen=True)
class ModelItem:
    """An entry of the model picker: what it can do, and when it ends, in a few words."""

    ref: str
    label: str
    about: str = ""
    ends: str = ""
    ended: bool = False


@dataclass(frozen=True)
class ModelGroup:
    """The models of one provider."""

    label: str
    models: list[ModelItem]


@dataclass(frozen=True)
class ReplyItem:
    """What a command replied; its text is in the page."""

    id: str
    command: str


@dataclass(frozen=True)
class MessageItem:
    """How a message stands. `characters` is how many characters its finished text has.

    `tokens` are those of an answer and of all that it was given, `in_context` how it is marked.

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
    translated: bool = False
    can_retry: bool = False
    can_continue: bool = False
    left_out: int = 0
    number: int = 1
    count: int = 1
    previous_id: str = ""
    next_id: str = ""
    attachments: list[AttachmentItem] = field(default_factory=list)
    tokens: int = 0
    in_context: str = ""

    @classmethod
    def of(
        cls, message: Message, version: Version, attachments: Sequence[AttachmentItem] = ()
    ) -> MessageItem:
        """How this stored message stands, and where among its versions."""
        item = cls(
            id=message.id,
            role=message.role,
            status=message.status,
            author=catalogue.profile(message.model).label if message.model else "",
            characters=len(message.content),
            reasoned=bool(message.reasoning),
            translated=bool(message.translation),
            left_out=message.left_out,
            number=version.number,
            count=version.count,
            previous_id=version.previous_id or "",
            next_id=version.next_id or "",
            attachments=list(attachments),
            tokens=(message.prompt_tokens or 0) + (message.completion_tokens or 0),
            in_context=message.in_context,
        )
        if message.status == MessageStatus.STREAMING or message.role != "assistant":
            return item
        return item._with_end(
            message.status,
            bool(message.content),
            message.finish_reason,
            message.error_message,
            _stats(message),
        )

    def ended(self, ended: Ended, length: int) -> MessageItem:
        """How it stands when its run has ended so, with this many characters."""
        status = message_status(ended)
        tokens = (ended.prompt_tokens or 0) + (ended.completion_tokens or 0)
        item = replace(self, characters=length, tokens=tokens)
        return item._with_end(
            status, length > 0, ended.finish_reason, ended.error_message, _stats(ended)
        )

    def marked(self, in_context: str) -> MessageItem:
        """How it stands when it is pinned, excluded, or neither."""
        return replace(self, in_context=in_context)

    def thinking(self) -> MessageItem:
        """How it stands when the model thinks before it answers."""
        return replace(self, reasoned=True)

    def translating(self) -> MessageItem:
        """How it stands when its translation has begun."""
        return replace(self, translated=True)

    def streaming(self) -> MessageItem:
        """How it stands when it goes on."""
        return replace(
            self,
            status=MessageStatus.STREAMING,
            translated=False,
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


_SHORTEST = 0.05
"""Of what took fewer seconds a pace says nothing."""


def _stats(answer: Message | Ended) -> str:
    prompt, completion, seconds = (
        answer.prompt_tokens,
        answer.completion_tokens,
        answer.seconds,
    )
    parts: list[str] = []
    if prompt is not None and completion is not None:
        parts.append(f"{prompt:,} + {completion:,} tokens")
    if seconds is not None:
        parts.append(f"{seconds:.1f} s")
    if completion and seconds and seconds >= _SHORTEST:
        parts.append(f"{completion / seconds:,.0f} tokens/s")
    if answer.cost:  # what runs on this computer costs nothing
        parts.append(dollars(answer.cost))
    return " · ".join(parts)


def dollars(cost: int) -> str:
    """An amount in micro-dollars, as people read it."""
    amount = cost / 1_000_000
    if amount >= 1:
        return f"${amount:,.2f}"
    return f"${amount:.4f}" if cost >= 1000 else f"${amount:.6f}"
