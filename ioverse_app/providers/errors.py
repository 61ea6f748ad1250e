"""How a provider can fail, each with a sentence that says what to do."""

from __future__ import annotations

from typing import Any

from ioverse_app.errors import AppError


class ProviderError(AppError):
    """The provider did not answer as it should. `message` is for the person who asked."""

    status = 502
    code = "provider_error"


class KeyRefused(ProviderError):
    """401 or 403: the key is wrong, or may not use this model."""

    code = "key_refused"


class NoCredit(ProviderError):
    """402, or 429 with insufficient_quota: the account has nothing left."""

    code = "no_credit"


class ModelNotFound(ProviderError):
    """404: the provider does not have this model."""

    code = "model_not_found"


class Refused(ProviderError):
    """400 and its kin: the provider does not accept what was sent."""

    code = "request_refused"


class Unsupported(Refused):
    """The provider has nothing like what was asked for; `param` names it."""

    code = "unsupported_parameter"

    def __init__(self, param: str, message: str | None = None) -> None:
        sentence = message or f"This model's provider does not take '{param}'. Leave it out."
        super().__init__(sentence, param=param)


class Busy(ProviderError):
    """429: too many requests; `retry_after` is in seconds where the provider says it."""

    status = 503
    code = "provider_busy"

    def __init__(self, message: str, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class ProviderDown(ProviderError):
    """5xx, or nobody listens: the provider is not working now."""

    code = "provider_down"


class NotAnAnswer(ProviderError):
    """What came back is not what the protocol says: HTML, broken JSON, an empty stream."""

    code = "not_an_answer"


class TimedOut(ProviderError):
    """A deadline passed: connecting, the first byte, between bytes, or the whole answer."""

    status = 504
    code = "provider_timeout"


class CutShort(ProviderError):
    """The answer ended before the provider said that it was over."""

    code = "cut_short"
