"""What can go wrong, as facts: an HTTP status, a stable code and a sentence for people."""

from __future__ import annotations

from typing import Any, ClassVar


class AppError(Exception):
    """A fact that stops the work, with a sentence that a person can act on.

    `status` is the HTTP status, `code` a stable snake_case name for programs, `details`
    whatever a program may want besides (never secrets).
    """

    status: ClassVar[int] = 500
    code: str = "internal_error"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code is not None:
            self.code = code


class Invalid(AppError):
    """What was sent cannot be used as it is."""

    status = 400
    code = "invalid_request"


class NotSignedIn(AppError):
    """Nobody is known to be asking."""

    status = 401
    code = "not_signed_in"


class NotAllowed(AppError):
    """Somebody is known, and may not do this."""

    status = 403
    code = "not_allowed"


class NotFound(AppError):
    """It is not there, or it belongs to somebody else, which looks the same."""

    status = 404
    code = "not_found"


class Conflict(AppError):
    """It clashes with what is already there."""

    status = 409
    code = "conflict"


class TooLarge(AppError):
    """More was sent than is taken."""

    status = 413
    code = "too_large"


class TooMany(AppError):
    """Too much in too short a time; `retry_after` is in seconds."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: float = 1.0, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class Unavailable(AppError):
    """Something that is needed does not answer now and may answer later."""

    status = 503
    code = "unavailable"
