"""Which passwords may be chosen."""

from __future__ import annotations

import functools
import re
from difflib import SequenceMatcher
from pathlib import Path

from zxcvbn import zxcvbn

from ioverse_app.security import PASSWORD_MAX, normalized
from ioverse_app.services.refusals import refusal

SHORTEST = 8
WEAKEST = 2
"""The score from which a password is good: about a hundred million guesses, of zxcvbn's 0 to 4."""

LOOKED_AT = 72
"""Characters that are looked at to estimate a password."""

_COMMON = Path(__file__).with_name("common_passwords.txt")
_TOO_ALIKE = 0.7


def check(password: str, *names: str) -> None:
    """Refuse a password that is too short, too long, often used, like a name, or soon guessed."""
    if len(password) < SHORTEST:
        raise refusal("password_too_short")
    if len(normalized(password)) > PASSWORD_MAX:
        raise refusal("password_too_long")
    folded = password.casefold()
    if folded in _common():
        raise refusal("password_common")
    if password.isdigit():
        raise refusal("password_numeric")
    if any(_alike(folded, part) for name in names for part in _parts(name.casefold())):
        raise refusal("password_like_name")
    if strength(password, *names) < WEAKEST:
        raise refusal("password_guessable")


def strength(password: str, *names: str) -> int:
    """How long a program would need to guess it: 0 (no time) to 4 (longer than anybody has)."""
    if not password:  # which zxcvbn cannot take
        return 0
    known = [part[:LOOKED_AT] for name in names for part in _parts(name.casefold())]
    return int(zxcvbn(password[:LOOKED_AT], user_inputs=known)["score"])


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


def _parts(name: str) -> set[str]:
    """A name, and what its dots and other marks part it into."""
    return {part for part in (name, *re.split(r"\W+", name)) if part}


def _alike(password: str, name: str) -> bool:
    return SequenceMatcher(a=password, b=name).quick_ratio() >= _TOO_ALIKE
