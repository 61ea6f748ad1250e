"""Whether a request has the form that it should, said in a sentence that names the parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ioverse_app.errors import Invalid

Check = Callable[[str, Any], None]


def number(least: float, most: float) -> Check:
    """A number between these."""

    def check(name: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(name, "a number")
        if not least <= value <= most:
            raise Invalid(f"'{name}' is from {least:g} to {most:g}.", param=name)

    return check


def whole(least: int, most: int = 2**31 - 1) -> Check:
    """A whole number between these."""

    def check(name: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(name, "a whole number")
        if not least <= value <= most:
            raise Invalid(f"'{name}' is from {least} to {most}.", param=name)

    return check


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(name: str, value: Any) -> None:
        if value not in words:
            raise Invalid(f"'{name}' is one of: {', '.join(words)}.", param=name)

    return check


def text(name: str, value: Any) -> None:
    """A text."""
    if not isinstance(value, str):
        raise wrong(name, "a string")


def flag(name: str, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong(name, "true or false")


def mapping(name: str, value: Any) -> None:
    """An object."""
    if not isinstance(value, dict):
        raise wrong(name, "an object")


def mappings(name: str, value: Any) -> None:
    """A list of objects."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise wrong(name, "a list of objects")


def texts(name: str, value: Any) -> None:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise wrong(name, "a list of strings")


def text_or_texts(name: str, value: Any) -> None:
    """A text or a list of them."""
    if not isinstance(value, str):
        texts(name, value)


def text_or_mapping(name: str, value: Any) -> None:
    """A word or an object."""
    if not isinstance(value, str | dict):
        raise wrong(name, "a string or an object")


def labels(name: str, value: Any) -> None:
    """Up to 16 short texts with names."""
    mapping(name, value)
    pairs = list(value.items())
    if len(pairs) > 16 or not all(isinstance(v, str) for _, v in pairs):
        raise Invalid(f"'{name}' has up to 16 strings.", param=name)
    if any(len(k) > 64 or len(v) > 512 for k, v in pairs):
        raise Invalid(f"A name in '{name}' has up to 64 characters, a value 512.", param=name)


def every(body: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """Every parameter that is there and not null."""
    for name, check in checks.items():
        if (value := body.get(name)) is not None:
            check(name, value)


def present(body: Mapping[str, Any], *names: str) -> None:
    """Each of these is there."""
    for name in names:
        if body.get(name) is None:
            raise Invalid(
                f"Missing required parameter: '{name}'.",
                code="missing_required_parameter",
                param=name,
            )


def wrong(name: str, wanted: str) -> Invalid:
    """What to raise for something of another type."""
    return Invalid(f"'{name}' should be {wanted}.", code="invalid_type", param=name)
