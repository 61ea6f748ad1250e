"""The form for a limit: what is typed, as the service takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import reflex as rx

from ioverse_app.errors import Invalid
from ioverse_app.services.budget_list import Limits
from ioverse_app.services.budgets import Standing
from ioverse_app.ui.usage.items import MICRO, MeterItem, meters_of

EVERY = {"month": "Each month", "day": "Each day"}


def limits_of(form: dict[str, str]) -> Limits:
    """What was typed. A first notice about tokens comes by itself."""
    return Limits(
        soft_cost=_number(form, "soft_cost", MICRO),
        hard_cost=_number(form, "hard_cost", MICRO),
        hard_tokens=_number(form, "hard_tokens", 1),
    )


def periods_of(standings: Sequence[Standing]) -> list[MeterItem]:
    """A meter for each budget of one owner, who need not be named: each day, each month."""
    return [
        replace(meter, name=EVERY[now.budget.period])
        for now, meter in zip(standings, meters_of(standings), strict=True)
    ]


def limit_form(on_submit: rx.event.EventType, whose: rx.Var[str] | str) -> rx.Component:
    """A line to set a limit with: for which period, of money, of tokens."""
    return rx.el.form(
        _cell(
            "Every",
            rx.el.select(
                *[rx.el.option(value.title(), value=value) for value in EVERY],
                name="period",
                default_value="month",
                class_name="field",
            ),
        ),
        _cell("US dollars", _typed("hard_cost")),
        _cell("Tokens", _typed("hard_tokens")),
        rx.el.button(
            "Set limit",
            rx.el.span(" for ", whose, class_name="visually-hidden"),
            type="submit",
            class_name="button",
        ),
        on_submit=on_submit,
        reset_on_submit=True,
        class_name="inline limit-form",
    )


def _cell(label: str, control: rx.Component) -> rx.Component:
    return rx.el.label(rx.el.span(label, class_name="label"), control, class_name="setting")


def _typed(name: str) -> rx.Component:
    return rx.el.input(
        name=name,
        input_mode="decimal",
        auto_complete="off",
        placeholder="No limit",
        class_name="field",
    )


def _number(form: dict[str, str], name: str, times: int) -> int | None:
    typed = str(form.get(name, "")).strip().lstrip("$").replace(",", "").replace(" ", "")
    if not typed:
        return None
    try:
        return int(Decimal(typed) * times)
    except (InvalidOperation, ValueError, OverflowError):
        raise Invalid(f"“{typed[:20]}” is not a number.", code="limit_unusable") from None
