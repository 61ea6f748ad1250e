"""What people are written by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ioverse_app.config import settings
from ioverse_app.mail import Letter
from ioverse_app.tables import User

_NOT_YOU = "If this was not you, change your password, and tell your administrator."
_IGNORE = "If you did not ask for this, you can ignore this mail: nothing changes."


def forgotten_password(user: User, secret: str) -> Letter:
    """The link by which somebody chooses a new password."""
    return Letter(
        user.email,
        "Choose a new password for IOverse",
        [
            f"Hello {user.username}, with this link you choose a new password for your account:",
            "It works once, within one hour.",
            _IGNORE,
        ],
        f"{settings().address}/reset-password?token={secret}",
        "Choose a new password",
    )


def password_changed(user: User) -> Letter:
    """That the password is another one now."""
    return Letter(
        user.email,
        "Your IOverse password was changed",
        [
            f"Hello {user.username}, the password of your account was changed just now, "
            "and every other session was signed out.",
            _NOT_YOU,
        ],
    )


def confirm_email(user: User, email: str, secret: str) -> Letter:
    """The link that makes a new address this person's own."""
    return Letter(
        email,
        "Confirm your e-mail address for IOverse",
        [
            f"Hello {user.username}, with this link this becomes the address of your account:",
            "It works once, within one hour.",
            _IGNORE,
        ],
        f"{settings().address}/confirm-email?token={secret}",
        "Confirm this address",
    )


def email_changed(user: User, old: str) -> Letter:
    """Told to the old address: the account has another one now."""
    return Letter(
        old,
        "The e-mail address of your IOverse account was changed",
        [
            f"Hello {user.username}, your account has another e-mail address now, "
            "and mail no longer comes here.",
            _NOT_YOU,
        ],
    )


def models_end(user: User, sentences: Sequence[str]) -> Letter:
    """That models in somebody's chats are shut down soon."""
    return Letter(
        user.email,
        "A model that you use in IOverse ends soon",
        [f"Hello {user.username}, the chats stay as they are:", *sentences],
        f"{settings().address}/chat",
        "Open your chats",
    )


def trial(user: User) -> Letter:
    """What shows that mail arrives."""
    return Letter(
        user.email,
        "Mail from IOverse arrives",
        [f"Hello {user.username}, this was sent from the administration to try it out."],
    )


def erasure_asked(user: User, at: datetime) -> Letter:
    """That the account will be deleted, and until when that can be taken back."""
    return Letter(
        user.email,
        "Your IOverse account will be deleted",
        [
            f"Hello {user.username}, your account and everything in it will be deleted on "
            f"{at:%-d %B %Y}. Until then you can sign in and keep it:",
            _NOT_YOU,
        ],
        f"{settings().address}/account/data",
        "Keep my account",
    )


def erased(username: str, email: str) -> Letter:
    """That it is done."""
    return Letter(
        email,
        "Your IOverse account was deleted",
        [f"Hello {username}, your account and everything in it was deleted, as you asked."],
    )
