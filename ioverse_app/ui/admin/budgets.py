"""The budgets: for everyone together, for each person, for one."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.budgets_state import BudgetItem, BudgetsState
from ioverse_app.ui.settings import card, field, problem
from ioverse_app.ui.shell.confirm import confirm
from ioverse_app.ui.usage import meter

ABOUT = (
    "At the limit nothing more is begun until the day or the month (UTC) is over. Answers that "
    "people pay for with keys of their own do not count, nor do models without a known price, "
    "but for limits of tokens. Groups get theirs on the page of groups."
)


def budgets() -> rx.Component:
    """Those that there are, and the form for another one."""
    return rx.el.div(
        card(
            "Budgets",
            rx.cond(
                BudgetsState.items,
                rx.el.ul(rx.foreach(BudgetsState.items, _row), class_name="rows budget-rows"),
                rx.cond(
                    BudgetsState.loaded,
                    rx.el.p("There is no limit yet.", class_name="about"),
                ),
            ),
            about=ABOUT,
        ),
        rx.cond(
            BudgetsState.changing,
            card(BudgetsState.changing_name, _limits(BudgetsState.save, "Save")),
            card("Add a budget", _limits(BudgetsState.add, "Add budget", _whose())),
        ),
        confirm(
            BudgetsState.question,
            "What was used stays counted. Only the limit goes.",
            on_yes=BudgetsState.remove,
            on_no=BudgetsState.keep,
        ),
        on_mount=BudgetsState.load,
    )


def _row(item: rx.Var[BudgetItem]) -> rx.Component:
    return rx.el.li(
        meter(item.meter),
        rx.el.div(
            rx.el.button(
                "Change",
                type="button",
                class_name="button small",
                aria_label="Change " + item.meter.name,
                on_click=BudgetsState.begin_change(item.meter.id),
            ),
            rx.el.button(
                "Remove",
                type="button",
                class_name="button small",
                aria_label="Remove " + item.meter.name,
                on_click=BudgetsState.ask(item.meter.id),
            ),
            class_name="actions",
        ),
        key=item.meter.id,
    )


def _whose() -> rx.Component:
    return rx.fragment(
        field(
            "For",
            rx.el.select(
                rx.el.option("Everyone together", value="all"),
                rx.el.option("Each person", value="each"),
                rx.el.option("One person", value="user"),
                name="scope",
                value=BudgetsState.scope,
                on_change=BudgetsState.choose,
                class_name="field",
            ),
        ),
        rx.cond(
            BudgetsState.scope == "user",
            field(
                "Person",
                rx.el.input(name="person", auto_complete="off", class_name="field"),
                "User name or e-mail address.",
            ),
        ),
        field(
            "Every",
            rx.el.select(
                rx.el.option("Month", value="month"),
                rx.el.option("Day", value="day"),
                name="period",
                default_value="month",
                class_name="field",
            ),
        ),
    )


def _limits(on_submit, verb: str, *above: rx.Component) -> rx.Component:
    limits = BudgetsState.limits
    return rx.el.form(
        *above,
        _number("Limit (US dollars)", "hard_cost", limits["hard_cost"]),
        _number(
            "Notice at (US dollars)",
            "soft_cost",
            limits["soft_cost"],
            "Empty: at four fifths of the limit.",
        ),
        _number("Limit of tokens (optional)", "hard_tokens", limits["hard_tokens"]),
        rx.el.div(problem(BudgetsState.problem), class_name="wide"),
        rx.el.div(
            rx.cond(
                BudgetsState.changing,
                rx.el.button(
                    "Cancel", type="button", class_name="button", on_click=BudgetsState.end_change
                ),
            ),
            rx.el.button(verb, type="submit", class_name="button primary"),
            class_name="actions wide",
        ),
        on_submit=on_submit,
        key=BudgetsState.form,
        class_name="budget-form",
    )


def _number(label: str, name: str, value: rx.Var[str], help: str = "") -> rx.Component:
    return field(
        label,
        rx.el.input(
            name=name,
            input_mode="decimal",
            auto_complete="off",
            default_value=value,
            class_name="field",
        ),
        help,
    )
