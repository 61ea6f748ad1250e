"""What the panel of parameters draws, and what is typed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ioverse_app.services.parameters import BY_NAME, Parameter


@dataclass(frozen=True)
class ParameterItem:
    """A field of the panel. `value` is empty while `initial`, the default, holds."""

    name: str
    label: str
    help: str
    kind: str
    low: float | None
    high: float | None
    step: float | None
    value: str
    initial: str
    choices: list[str]

    @classmethod
    def of(cls, one: Parameter, values: Mapping[str, Any]) -> ParameterItem:
        """The field of this parameter, with these values set."""
        return cls(
            one.name,
            one.label,
            one.help,
            one.kind,
            one.low,
            one.high,
            one.step,
            _written(values.get(one.name)),
            _written(one.default),
            list(one.choices),
        )


def typed(name: str, text: str) -> Any:
    """The value that a typed text stands for; None when nothing is left of it."""
    if not text.strip():
        return None
    known = BY_NAME.get(name)
    if known is None or known.kind not in ("number", "integer"):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _written(value: Any) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:g}"
        case list():
            return "\n".join(value)
        case _:
            return str(value)
