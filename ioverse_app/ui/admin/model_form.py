"""The form of a model: what an administrator types, and what is set by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ioverse_app.errors import Invalid
from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.tables import Group

MILLION = 1_000_000
GROUP = "group-"


@dataclass(frozen=True)
class FactField:
    """A field: what was set, and what the catalogue says where nothing is."""

    name: str
    label: str
    value: str
    hint: str
    kind: str = "text"


@dataclass(frozen=True)
class GroupChoice:
    """A group that may use the model, or may not."""

    id: str
    name: str
    chosen: bool


def fields(ref: str) -> list[FactField]:
    """The fields of a model, each with what is set now."""
    told, profile = catalogue.overridden(ref), catalogue.profile(ref)
    return [
        FactField("label", "Name", str(told.get("label", "")), profile.label),
        _number("context_window", "Window (tokens)", told, profile.context_window),
        _number("output_limit", "Longest answer (tokens)", told, profile.output_limit),
        _price("input_price", "Price in ($ per million tokens)", told, profile.input_price),
        _price("output_price", "Price out ($ per million tokens)", told, profile.output_price),
        FactField("shutdown_date", "Last day", _day(told), _end(profile), "date"),
        FactField(
            "parameters", "Parameters", ", ".join(told.get("parameters", ())), _taken(profile)
        ),
    ]


def choices(ref: str) -> tuple[str, bool]:
    """Whether it sees pictures, as `yes`, `no` or "" for what the catalogue says; and is hidden."""
    told = catalogue.overridden(ref)
    sees = {True: "yes", False: "no"}.get(told.get("vision"), "")
    return sees, bool(told.get("hidden"))


def groups(ref: str, known: Sequence[Group]) -> list[GroupChoice]:
    """Every group, and whether it may use this model."""
    allowed = catalogue.overridden(ref).get("allowed_groups") or ()
    return [GroupChoice(one.id, one.name, one.id in allowed) for one in known]


def is_restricted(ref: str) -> bool:
    """Whether only some groups may use it."""
    return catalogue.overridden(ref).get("allowed_groups") is not None


def facts(form: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be set, from what was typed; Invalid says what is not a number."""
    typed = {name: str(value).strip() for name, value in form.items()}
    parameters = [one.strip() for one in typed.get("parameters", "").split(",") if one.strip()]
    return {
        "label": typed.get("label") or None,
        "context_window": _whole(typed.get("context_window", "")),
        "output_limit": _whole(typed.get("output_limit", "")),
        "input_price": _micro(typed.get("input_price", "")),
        "output_price": _micro(typed.get("output_price", "")),
        "shutdown_date": typed.get("shutdown_date") or None,
        "parameters": parameters or None,
        "vision": {"yes": True, "no": False}.get(typed.get("vision", "")),
        "hidden": _is_on(typed.get("hidden")) or None,
        "allowed_groups": _groups(typed) if _is_on(typed.get("restricted")) else None,
    }


def _groups(typed: Mapping[str, str]) -> list[str]:
    chosen = [name for name, value in typed.items() if name.startswith(GROUP) and _is_on(value)]
    return [name.removeprefix(GROUP) for name in chosen]


def _is_on(value: str | None) -> bool:
    return value in ("on", "True", "true")


def _number(name: str, label: str, told: Mapping[str, Any], known: int | None) -> FactField:
    return FactField(name, label, str(told.get(name, "")), f"{known:,}" if known else "not known")


def _price(name: str, label: str, told: Mapping[str, Any], known: int | None) -> FactField:
    value = told.get(name)
    shown = "" if value is None else f"{value / MILLION:g}"
    return FactField(name, label, shown, "not known" if known is None else f"{known / MILLION:g}")


def _day(told: Mapping[str, Any]) -> str:
    return str(told.get("shutdown_date", ""))


def _end(profile: Profile) -> str:
    return f"{profile.shutdown_date:%-d %B %Y}" if profile.shutdown_date else "not known"


def _taken(profile: Profile) -> str:
    return ", ".join(sorted(profile.parameters))


def _whole(typed: str) -> int | None:
    digits = typed.replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > 12:
        raise Invalid("A number of tokens has digits only.", code="fact_invalid")
    return int(digits)


def _micro(typed: str) -> int | None:
    if not typed:
        return None
    try:
        price = Decimal(typed.removeprefix("$"))
    except InvalidOperation:
        price = Decimal(-1)
    if not (price.is_finite() and 0 <= price <= 10_000):
        raise Invalid("A price is a number of dollars, from 0 to 10,000.", code="fact_invalid")
    return int(price * MILLION)
