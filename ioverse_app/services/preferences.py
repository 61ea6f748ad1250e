"""Preferences: how a person likes the application to look. Names, values and defaults, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Invalid
from ioverse_app.tables import User

Value = str | int

ACCENTS = (
    "iris",
    "indigo",
    "blue",
    "mint",
    "grass",
    "bronze",
    "tomato",
    "crimson",
    "plum",
    "violet",
)
"""Radix's names. Each but the first has its rule in `accents.css`."""


@dataclass(frozen=True, slots=True)
class Preference:
    """Something that a person may choose, and what holds until then."""

    name: str
    label: str
    choices: tuple[Value, ...]
    default: Value


ALL = (
    Preference("theme", "Theme", ("system", "light", "dark"), "system"),
    Preference("accent", "Accent", ACCENTS, "iris"),
    Preference("font_size", "Font size", tuple(range(14, 21)), 16),
    Preference("density", "Density", ("comfortable", "compact"), "comfortable"),
    Preference("motion", "Motion", ("system", "reduce"), "system"),
)
BY_NAME = {preference.name: preference for preference in ALL}


def of(user: User) -> dict[str, Value]:
    """What holds for this person."""
    return {one.name: chosen(user).get(one.name, one.default) for one in ALL}


def chosen(user: User) -> dict[str, Value]:
    """What this person chose, without what no longer exists."""
    kept = user.preferences
    return {one.name: kept[one.name] for one in ALL if _is_one_of(one, kept.get(one.name))}


async def change(session: AsyncSession, user: User, changes: Mapping[str, Any]) -> User:
    """Keep what was chosen; None takes a choice back. Invalid for unknown names and values."""
    checked = {name: _checked(name, value) for name, value in changes.items()}
    row = await session.get_one(User, user.id)
    kept = {**row.preferences, **checked}
    row.preferences = {name: value for name, value in kept.items() if value is not None}
    return row


def _checked(name: str, value: Any) -> Value | None:
    known = BY_NAME.get(name)
    if known is None:
        raise _invalid(f"There is no preference “{_clean(name)}”. There are: {', '.join(BY_NAME)}.")
    if value is not None and not _is_one_of(known, value):
        choices = ", ".join(str(choice) for choice in known.choices)
        raise _invalid(f"{known.label} is one of: {choices}.")
    return value


def _is_one_of(known: Preference, value: Any) -> bool:
    """Whether it is exactly one of the choices: to Python, 16.0 is 16 and True is 1."""
    return type(value) in (str, int) and value in known.choices


def _clean(name: str) -> str:
    return name.encode(errors="ignore").decode()[:40]


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, code="preference_invalid")
