"""The one vocabulary in which every provider answers, and every run is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thought before it answered."""

    text: str


@dataclass(frozen=True, slots=True)
class QuestionTranslated:
    """The question in the language that the model is asked in."""

    text: str


@dataclass(frozen=True, slots=True)
class TranslationDelta:
    """More of the answer in its person's language."""

    text: str


@dataclass(frozen=True, slots=True)
class TranslationFailed:
    """Something stays as it was said, and why: a sentence for the person."""

    message: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The provider's own count of tokens, for the whole request.

    `cached_tokens` are among those of the prompt, `reasoning_tokens` among the completion's.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The provider said that the answer is over, and why. Without it nothing is complete."""

    reason: FinishReason


@dataclass(frozen=True, slots=True)
class PartialImage:
    """How an image looks so far."""

    data: bytes


@dataclass(frozen=True, slots=True)
class DrawnImage:
    """An image that is done: its bytes, or the address where the provider keeps them for now."""

    data: bytes = b""
    url: str = ""
    revised_prompt: str | None = None
    seed: int | None = None


Translated = QuestionTranslated | TranslationDelta | TranslationFailed
Drawn = PartialImage | DrawnImage
ProviderEvent = TextDelta | ReasoningDelta | Translated | Usage | Drawn | Finished
