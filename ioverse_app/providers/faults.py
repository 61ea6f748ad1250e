"""From what a provider or the network said to a fact with a sentence that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ioverse_app.providers.errors import (
    Busy,
    CutShort,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAnAnswer,
    ProviderDown,
    ProviderError,
    Refused,
    TimedOut,
)

LONGEST_QUOTE = 300

_SECRET = re.compile(
    r"(?:Bearer\s+\S+|\b(?:sk|pk|rk|gsk|csk|xai|hf|r8|pplx|nvapi|AIza)[-_A-Za-z0-9][-_A-Za-z0-9*.]{6,})"
)
_NO_MODEL = {"model_not_found", "model_not_available", "invalid_model"}
_NO_CREDIT = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_credits",
    "insufficient_balance",
    "billing_error",
}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"}
# Anthropic has one code for every request that it does not accept.
_NO_CREDIT_WORDS = "credit balance is too low"
_TOO_LONG_WORDS = "prompt is too long"
_NOT_ALLOWED_TEXT = {
    "content_policy_violation",
    "moderation_blocked",
    "content_filter",
    "invalid_prompt",
    "moderation",
}
_KEY = {"invalid_api_key", "authentication_error", "invalid_authentication"}
_BUSY = {"rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "overloaded_error"}
_NOWHERE = {"", "not found", "file not found", "page not found", "404 page not found"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a provider said about a failure, in whichever of the usual shapes."""

    message: str = ""
    codes: frozenset[str] = frozenset()
    status: int | None = None

    @classmethod
    def read(cls, body: object, status: int | None = None) -> Complaint:
        """From a decoded body: `{"error": {...}}`, its inside, a list of one, `detail`, text."""
        fields = _inside(body)
        codes = {str(fields[k]) for k in ("code", "type", "param") if fields.get(k) is not None}
        if status is None:
            status = next((int(c) for c in codes if re.fullmatch(r"[45]\d\d", c)), None)
        message = fields.get("message") or fields.get("detail") or fields.get("error") or ""
        return cls(
            quote(message if isinstance(message, str) else str(message)), frozenset(codes), status
        )

    def names(self, word: str) -> bool:
        """Whether it is about this field of the request."""
        return word in self.codes or word in self.message

    def tells_of(self, words: str) -> bool:
        """Whether its sentence says this."""
        return words in self.message.lower()


def failure(said: Complaint, *, retry_after: float | None = None) -> ProviderError:
    """The error for a complaint: by its code where it has one that is known, then by status."""
    kind, sentence, quoted = _judged(said)
    text = (
        f"{sentence} The provider said: “{said.message}”" if quoted and said.message else sentence
    )
    details: dict[str, Any] = {"provider_status": said.status, "provider_said": said.message}
    if kind is Busy:
        return Busy(text, retry_after=retry_after, **details)
    if said.codes & _TOO_LONG or said.tells_of(_TOO_LONG_WORDS):
        details["code"] = "context_too_long"
    return kind(text, **details)


def _judged(said: Complaint) -> tuple[type[ProviderError], str, bool]:
    codes, status = said.codes, said.status or 0
    if codes & _NO_CREDIT or status == 402 or said.tells_of(_NO_CREDIT_WORDS):
        return NoCredit, NO_CREDIT, False
    if codes & _TOO_LONG or said.tells_of(_TOO_LONG_WORDS):
        return Refused, TOO_LONG, False
    if codes & _NO_MODEL:
        return ModelNotFound, NO_MODEL, True
    if codes & _KEY or status == 401:
        return KeyRefused, KEY_REFUSED, False
    if status == 403:
        return KeyRefused, NOT_ALLOWED, True
    if status == 429 or codes & _BUSY:
        return Busy, BUSY, False
    if codes & _NOT_ALLOWED_TEXT:
        return Refused, AGAINST_RULES, True
    if status == 404:
        nowhere = said.message.strip(" .").lower() in _NOWHERE
        return (NotAnAnswer, WRONG_ADDRESS, False) if nowhere else (ModelNotFound, NO_MODEL, True)
    if status == 408 or status >= 500 or not status:
        return ProviderDown, DOWN, True
    return Refused, REFUSED, True


def unreachable(cause: BaseException) -> ProviderError:
    """Nothing came back at all: nobody listens, nobody answered in time, or they hung up."""
    import aiohttp

    links = list(_chain(cause))
    if any(isinstance(link, TimeoutError) for link in links):
        return TimedOut(NO_CONNECTION_IN_TIME)
    nobody = any(isinstance(link, aiohttp.ClientConnectorError) for link in links)
    return ProviderDown(UNREACHABLE if nobody else HUNG_UP)


def broken(cause: BaseException, *, begun: bool) -> ProviderError:
    """The connection broke while the answer was coming."""
    if any(isinstance(link, TimeoutError) for link in _chain(cause)):
        return TimedOut(STALLED if begun else NO_FIRST_BYTE)
    return CutShort(CUT_SHORT) if begun else ProviderDown(HUNG_UP)


def quote(text: str) -> str:
    """A provider's own words, fit to show: one line, not long, without anything like a key."""
    line = _SECRET.sub("[key]", " ".join(text.split()))
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1].rstrip() + "…"


def _inside(body: object) -> Mapping[str, Any]:
    if isinstance(body, list) and body:
        return _inside(cast("list[object]", body)[0])
    if isinstance(body, str):
        page = body.lstrip().startswith("<")
        return {} if page else {"message": body}
    if not isinstance(body, dict):
        return {}
    fields = cast("dict[str, Any]", body)
    error = fields.get("error")
    return _inside(error) if isinstance(error, dict) else fields


def _chain(cause: BaseException | None) -> Iterator[BaseException]:
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


KEY_REFUSED = "The provider refused the key. Check it in your settings."
NOT_ALLOWED = (
    "The provider does not let this key do that. Choose another model, "
    "or check the key in your settings."
)
NO_CREDIT = (
    "The account at the provider has no credit left. Add credit there, or choose another model."
)
NO_MODEL = "The provider does not have this model. Choose another one."
WRONG_ADDRESS = (
    "There is nothing to talk to at the provider's address. Check it in the settings: "
    "it usually ends in /v1."
)
TOO_LONG = (
    "The conversation is longer than this model can read. Start a new chat, "
    "or choose a model that reads more."
)
AGAINST_RULES = "The provider's rules do not allow this message. Word it differently."
REFUSED = "The provider did not accept the message. Change it or the parameters, then send again."
BUSY = "The provider is busy. Wait a moment, then send again."
DOWN = "The provider is not working now. Try again in a minute, or choose another model."
UNREACHABLE = (
    "The provider cannot be reached. Check its address and the network, or choose another model."
)
HUNG_UP = "The provider closed the connection before it answered. Send again."
NO_CONNECTION_IN_TIME = "The provider did not answer in time. Check its address and the network."
NO_FIRST_BYTE = "The provider did not begin to answer in time. Send again, or choose another model."
STALLED = "The provider stopped sending. What had arrived is kept. Continue, or send again."
TOO_SLOW = (
    "The answer took longer than allowed. What had arrived is kept. Continue to get the rest."
)
CUT_SHORT = "The answer was cut short. What had arrived is kept. Continue, or send again."
GARBLED = (
    "The provider sent something that cannot be read. What had arrived is kept. "
    "Continue, or send again."
)
NOTHING = "The provider sent an empty answer. Send again, or choose another model."
WEB_PAGE = (
    "The provider's address answered with a web page. Check it in the settings: "
    "it usually ends in /v1."
)
