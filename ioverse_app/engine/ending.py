"""What a run's end means for the rows of the run and of its message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ioverse_app.engine.events import Ended, LogEvent
from ioverse_app.engine.settling import Used
from ioverse_app.engine.tokens import estimate
from ioverse_app.engine.writer import Closing
from ioverse_app.providers.events import (
    QuestionTranslated,
    ReasoningDelta,
    TextDelta,
    TranslationDelta,
    Usage,
)
from ioverse_app.tables import MessageStatus, RunStatus, now


def closing(
    run_id: str, message_id: str, said: str, events: Iterable[LogEvent], ended: Ended
) -> Closing:
    """The last values of a run and its message: what was `said` before, and what the log adds."""
    text, reasoning, translation = [said], [""], [""]
    question: dict[str, Any] = {}
    for event in events:
        match event:
            case TextDelta(text=more):
                text.append(more)
            case ReasoningDelta(text=more):
                reasoning.append(more)
            case QuestionTranslated(text=translated):
                question["translation"] = translated
            case TranslationDelta(text=more):
                translation.append(more)
            case _:
                pass
    message = {
        **_shared(ended),
        "content": "".join(text),
        "status": message_status(ended),
        "seconds": ended.seconds,
    }
    if thought := "".join(reasoning):
        message["reasoning"] = thought
    if translated := "".join(translation):
        message["translation"] = translated
    heard = "".join([*text[1:], *reasoning, *translation])
    used = Used(usage_of(ended), ended.cost, estimate(heard))
    return Closing(run_id, message_id, run_values(ended), message, used, question)


def run_values(ended: Ended) -> dict[str, Any]:
    """What the row of a run says of its end."""
    return {**_shared(ended), "status": ended.status, "ended_at": now()}


def _shared(ended: Ended) -> dict[str, Any]:
    return {
        "finish_reason": ended.finish_reason,
        "error_code": ended.error_code,
        "error_message": ended.error_message,
        "prompt_tokens": ended.prompt_tokens,
        "completion_tokens": ended.completion_tokens,
        "cost": ended.cost,
    }


def usage_of(ended: Ended) -> Usage | None:
    """The provider's count at the end of a run, if it gave one."""
    if ended.prompt_tokens is None or ended.completion_tokens is None:
        return None
    return Usage(
        ended.prompt_tokens,
        ended.completion_tokens,
        ended.cached_tokens or 0,
        ended.reasoning_tokens or 0,
    )


def message_status(ended: Ended) -> MessageStatus:
    """How the message stands when its run has ended so."""
    match ended.status:
        case RunStatus.COMPLETED:
            return MessageStatus.COMPLETE
        case RunStatus.CANCELLED:
            return MessageStatus.STOPPED
        case RunStatus.INCOMPLETE if ended.finish_reason == "length":
            return MessageStatus.COMPLETE
        case RunStatus.INCOMPLETE if ended.finish_reason != "content_filter":
            return MessageStatus.INTERRUPTED
        case _:
            return MessageStatus.ERROR
