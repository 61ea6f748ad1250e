"""One run at work: what is asked, of whom, and how the answer becomes a log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ioverse_app.engine.ending import closing
from ioverse_app.engine.events import Ended, LogEvent
from ioverse_app.engine.going_on import GoingOn
from ioverse_app.engine.log import RunLog
from ioverse_app.engine.translating import Translating, Translation
from ioverse_app.engine.writer import Closing
from ioverse_app.errors import AppError
from ioverse_app.providers.events import (
    DrawnImage,
    Finished,
    FinishReason,
    PartialImage,
    ProviderEvent,
    QuestionTranslated,
    ReasoningDelta,
    TextDelta,
    TranslationDelta,
    TranslationFailed,
    Usage,
)
from ioverse_app.providers.provider import Provider, Request
from ioverse_app.tables import RunStatus, now

logger = logging.getLogger(__name__)

CUT_SHORT = "The answer ended before it was complete. What arrived is kept."
SERVER_STOPPED = "The server was stopped before the answer was complete. What arrived is kept."
UNEXPECTED = "Something went wrong while this was being answered. It has been logged. Try again."


Price = Callable[[int, int], int | None]


class Task(Protocol):
    """A run to be done, whatever it makes. `price` is the cost of so many tokens, if known."""

    @property
    def run_id(self) -> str:
        """The run whose row is stored."""
        ...

    @property
    def user_id(self) -> str:
        """Who asked for it."""
        ...

    @property
    def price(self) -> Price | None:
        """What its tokens cost."""
        ...

    async def work(self, log: RunLog, outcome: Outcome) -> Ended:
        """Do it, and log what happens. Never raises but when it is cancelled."""
        ...

    def closing(self, events: Iterable[LogEvent], ended: Ended) -> Closing:
        """What is stored at its end."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """An answer to be given. `said` is the text that its message already has (when it continues).

    `price` gives the cost of so many tokens of prompt and answer, in micro-dollars, if it is known.
    An answer that reaches its length goes on by itself as often as `going_on` says, and is put
    into its person's language with a `translation`.
    """

    run_id: str
    message_id: str
    user_id: str
    provider: Provider
    request: Request
    said: str = ""
    price: Price | None = None
    going_on: GoingOn | None = None
    translation: Translation | None = None

    def answer(self) -> AsyncGenerator[ProviderEvent, None]:
        """What is to be heard: the provider's own stream, or what is made of it."""
        ask = self.provider.stream
        if self.going_on is not None:
            ask = self.going_on.of(ask)
        if self.translation is not None:
            return Translating(ask, self.translation, self.said).stream(self.request)
        return ask(self.request)

    async def work(self, log: RunLog, outcome: Outcome) -> Ended:
        """Ask the provider and log its answer; see `Task`."""
        return await work(self.run_id, self._hear(log, outcome), outcome)

    def closing(self, events: Iterable[LogEvent], ended: Ended) -> Closing:
        """What its run and its message keep; see `Task`."""
        return closing(self.run_id, self.message_id, self.said, events, ended)

    async def _hear(self, log: RunLog, outcome: Outcome) -> None:
        async with aclosing(self.answer()) as events:
            async for event in events:
                _take(event, log, outcome)


@dataclass(slots=True)
class Outcome:
    """How far an answer has come, and in the end what its run and its message keep."""

    started: float = field(default_factory=time.monotonic)
    first_token_at: datetime | None = None
    usage: Usage | None = None
    finish: FinishReason | None = None
    price: Price | None = None
    untranslated: str | None = None

    def begin(self) -> None:
        """Count the time from now: until here it waited for a slot."""
        self.started = time.monotonic()

    @property
    def has_text(self) -> bool:
        """Whether anything for the person has arrived."""
        return self.first_token_at is not None


async def work(run_id: str, doing: Awaitable[None], outcome: Outcome) -> Ended:
    """Do the work of a run, and say how it ended. Never raises but when it is cancelled."""
    try:
        await doing
    except AppError as error:
        return _failed(outcome, error.code, error.message)
    except asyncio.CancelledError:
        raise
    except Exception:
        logger.exception("Run %s failed unexpectedly", run_id)
        return _failed(outcome, "internal_error", UNEXPECTED)
    return _finished(outcome)


def cancelled(outcome: Outcome) -> Ended:
    """The end of a run that its person stopped."""
    return _ended(outcome, RunStatus.CANCELLED)


def interrupted(outcome: Outcome) -> Ended:
    """The end of a run whose server went away in good order."""
    return _ended(outcome, RunStatus.INCOMPLETE, "server_stopped", SERVER_STOPPED)


def _take(event: ProviderEvent, log: RunLog, outcome: Outcome) -> None:
    match event:
        case TextDelta(text=text):
            if text:
                outcome.first_token_at = outcome.first_token_at or now()
                log.append(event)
        case ReasoningDelta(text=text) | TranslationDelta(text=text):
            if text:
                log.append(event)
        case QuestionTranslated():
            log.append(event)
        case TranslationFailed(message=message):
            outcome.untranslated = message
        case Usage():
            outcome.usage = event
        case Finished(reason=reason):
            outcome.finish = reason
        case PartialImage() | DrawnImage():
            pass  # nobody who chats is answered so


def _finished(outcome: Outcome) -> Ended:
    match outcome.finish:
        case None:
            return _failed(outcome, "cut_short", CUT_SHORT)
        case "length":
            return _ended(outcome, RunStatus.INCOMPLETE)
        case "content_filter":
            sentence = "The provider's content filter ended this answer. Try it in other words."
            return _ended(outcome, RunStatus.INCOMPLETE, "content_filter", sentence)
        case _ if outcome.untranslated:
            sentence = outcome.untranslated
            return _ended(outcome, RunStatus.COMPLETED, "translation_failed", sentence)
        case _:
            return _ended(outcome, RunStatus.COMPLETED)


def _failed(outcome: Outcome, code: str, sentence: str) -> Ended:
    """Without a word of an answer it failed; with one it is an answer that was interrupted."""
    status = RunStatus.INCOMPLETE if outcome.has_text else RunStatus.FAILED
    return _ended(outcome, status, code, sentence)


def _ended(
    outcome: Outcome, status: RunStatus, code: str | None = None, sentence: str | None = None
) -> Ended:
    usage = outcome.usage
    price = outcome.price
    return Ended(
        status=status,
        finish_reason=outcome.finish,
        error_code=code,
        error_message=sentence[:1000] if sentence else None,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        cost=price(usage.prompt_tokens, usage.completion_tokens) if usage and price else None,
        seconds=round(time.monotonic() - outcome.started, 3),
        cached_tokens=(usage.cached_tokens or None) if usage else None,
        reasoning_tokens=(usage.reasoning_tokens or None) if usage else None,
    )
