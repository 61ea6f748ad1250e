"""The limits and provider keys of the group or the person that is open."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.allowance_state import AllowanceState, GivenItem
from ioverse_app.ui.admin.parts import button, line
from ioverse_app.ui.settings import problem
from ioverse_app.ui.usage import MeterItem, limit_form, meter


def allowance(name: rx.Var[str]) -> rx.Component:
    """What is given, and the forms to give more."""
    return rx.fragment(
        rx.el.fieldset(
            rx.el.legend("Limits"),
            rx.el.ul(rx.foreach(AllowanceState.budgets, _budget), class_name="rows budget-rows"),
            limit_form(AllowanceState.limit, name),
            problem(AllowanceState.problem),
            class_name="allowance",
        ),
        rx.el.fieldset(
            rx.el.legend("Provider keys"),
            rx.el.ul(rx.foreach(AllowanceState.keys, _key), class_name="rows"),
            _give(name),
            problem(AllowanceState.key_problem),
            class_name="allowance",
        ),
    )


def _budget(item: rx.Var[MeterItem]) -> rx.Component:
    return rx.el.li(
        meter(item),
        rx.el.button(
            "Remove",
            type="button",
            aria_label=f"Remove the limit for {item.name}",
            class_name="button small",
            on_click=AllowanceState.unlimit(item.id),
        ),
        key=item.id,
    )


def _key(item: rx.Var[GivenItem]) -> rx.Component:
    return rx.el.li(
        line(item.label, item.about),
        button("Take back", AllowanceState.take_back(item.name)),
        key=item.name,
    )


def _give(name: rx.Var[str]) -> rx.Component:
    return rx.el.form(
        rx.el.label(
            rx.el.span("Provider", class_name="label"),
            rx.el.select(
                rx.foreach(
                    AllowanceState.providers,
                    lambda item: rx.el.option(item.label, value=item.name, key=item.name),
                ),
                name="provider",
                class_name="field",
            ),
            class_name="setting",
        ),
        rx.el.label(
            rx.el.span("Key", class_name="label"),
            rx.el.input(
                name="key",
                type="password",
                auto_complete="off",
                required=True,
                placeholder="Paste the key",
                class_name="field",
            ),
            class_name="setting",
        ),
        rx.el.button(
            rx.cond(AllowanceState.busy, "Trying it…", "Give key"),
            rx.el.span(" to ", name, class_name="visually-hidden"),
            type="submit",
            disabled=AllowanceState.busy,
            class_name="button",
        ),
        on_submit=AllowanceState.give,
        reset_on_submit=True,
        class_name="inline",
    )
