"""What a person's open pages are told, as it happens."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import live


@dataclass(frozen=True, slots=True)
class ListChanged:
    """A conversation was made, renamed, used, pinned, archived, deleted or brought back."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class ManyChanged:
    """Several conversations were archived, deleted or brought back at once."""

    conversation_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrashEmptied:
    """Everything in the trash was deleted for good."""


@dataclass(frozen=True, slots=True)
class BranchChanged:
    """Another version of a message is on the screen now."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """What holds for the answers of a conversation is another: model, parameters, languages."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class Voted:
    """This person voted on an answer: `up`, `down`, or "" for a vote taken back."""

    conversation_id: str
    message_id: str
    value: str


@dataclass(frozen=True, slots=True)
class ContextMarked:
    """A message was `pinned` for the model, `excluded`, or "": sent as there is room."""

    conversation_id: str
    message_id: str
    in_context: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """An answer began. `question_id` is the message that asked, when it is new as well.

    `offset` is how many characters the answer had before (when it is continued).
    """

    conversation_id: str
    run_id: str
    answer_id: str
    question_id: str | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class RunEnded:
    """An answer is over, and stored."""

    conversation_id: str
    run_id: str
    answer_id: str


@dataclass(frozen=True, slots=True)
class BudgetNearlyUsed:
    """A budget of this person has come to its soft limit: a sentence for them."""

    sentence: str


@dataclass(frozen=True, slots=True)
class ImagesChanged:
    """Images were saved, deleted or brought back."""

    image_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImagesStarted:
    """Images are being made by this run."""

    run_id: str


@dataclass(frozen=True, slots=True)
class ImageCame:
    """An image of a run is there, and stored."""

    run_id: str
    image_id: str


@dataclass(frozen=True, slots=True)
class ImagesEnded:
    """A run that made images is over, and stored."""

    run_id: str


def topic(user_id: str) -> str:
    """Where the pages of this person listen."""
    return f"user:{user_id}"


Notice = (
    ListChanged
    | ManyChanged
    | TrashEmptied
    | BranchChanged
    | SettingsChanged
    | Voted
    | ContextMarked
    | RunStarted
    | RunEnded
    | BudgetNearlyUsed
    | ImagesChanged
    | ImagesStarted
    | ImageCame
    | ImagesEnded
)


def tell(user_id: str, notice: Notice) -> None:
    """Tell every open page of this person."""
    live.publish(topic(user_id), notice)


def tell_after(session: AsyncSession, user_id: str, notice: Notice) -> None:
    """Tell every open page of this person once the session has been committed."""

    def committed(_: object) -> None:
        tell(user_id, notice)

    event.listen(session.sync_session, "after_commit", committed, once=True)
