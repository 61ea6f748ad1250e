"""Why an account or a sign-in is refused: a stable code, and the sentence that people read."""

from __future__ import annotations

from ioverse_app.errors import AppError, Invalid

SENTENCES = {
    "registration_closed": "Registration is closed here. Ask an administrator for an account.",
    "registration_by_invitation": (
        "Registration is by invitation here. Ask an administrator for one."
    ),
    "fields_missing": "Email, username, and password are required",
    "username_unusable": "A user name has 1 to 64 visible characters, and no @.",
    "email_unusable": "This does not look like an e-mail address.",
    "password_too_short": "A password has at least 8 characters.",
    "password_too_long": "A password has at most 256 characters.",
    "password_common": "This password is among the first that a stranger would try.",
    "password_numeric": "A password needs more than digits.",
    "password_like_name": "This password is too much like the user name or the e-mail address.",
    "passwords_differ": "The two passwords are not the same.",
    "provider_key_unusable": "This does not look like a provider API key.",
    "email_taken": "Email already registered",
    "username_taken": "Username already taken",
    "sign_in_missing": "Email and password are required",
    "wrong_sign_in": "Email or Password is incorrect",
    "too_many_guesses": (
        "Too many failed sign-ins from your address. Wait a few minutes, then try again."
    ),
    "rate_limited": "That was too fast. Wait a minute, then try again.",
    "account_blocked": "This account is blocked. An administrator can open it again.",
}


def refusal(code: str, kind: type[AppError] = Invalid) -> AppError:
    """The error to raise for one of these reasons."""
    return kind(SENTENCES[code], code=code)
