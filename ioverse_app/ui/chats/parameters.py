"""The panel of parameters, and the button that opens it."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.chats.context_state import ContextState
from ioverse_app.ui.chats.parameter_item import ParameterItem
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.shell.drawer import Drawer, drawer_top

PANEL = "parameters"


class ParameterField(rx.Component):
    """A field with its label and its help, see `parameter_field.jsx`."""

    library = browser_file("chats/parameter_field.jsx")
    tag = "ParameterField"

    name: rx.Var[str]
    label: rx.Var[str]
    help: rx.Var[str]
    kind: rx.Var[str]
    low: rx.Var[float | None]
    high: rx.Var[float | None]
    step: rx.Var[float | None]
    value: rx.Var[str]
    initial: rx.Var[str]
    choices: rx.Var[list[str]]
    invalid: rx.Var[bool]
    round: rx.Var[int]

    on_save: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]


def parameters_button() -> rx.Component:
    """What opens the panel, beside the model."""
    return rx.el.button(
        rx.icon("sliders-horizontal"),
        rx.el.span("Parameters", class_name="label"),
        type="button",
        aria_label="Parameters",
        aria_expanded=ParametersState.shown,
        aria_controls=PANEL,
        title="Parameters",
        class_name="parameters-button",
        on_click=[ContextState.close, ParametersState.toggle],
    )


def parameters_panel() -> rx.Component:
    """Every parameter that the chosen model takes."""
    return rx.cond(
        ParametersState.shown,
        Drawer.create(
            drawer_top(
                "Parameters",
                _reset(),
                problem=ParametersState.problem,
                on_close=ParametersState.close,
            ),
            rx.el.div(
                rx.foreach(ParametersState.items, _field),
                rx.el.p("They hold for this chat, from its next answer on.", class_name="note"),
                class_name="fields",
            ),
            id=PANEL,
            label="Parameters",
            on_close=ParametersState.close,
        ),
    )


def _reset() -> rx.Component:
    return rx.el.button(
        "Reset",
        type="button",
        disabled=~ParametersState.any_set,
        class_name="button quiet small",
        on_click=ParametersState.restore,
    )


def _field(item: rx.Var[ParameterItem]) -> rx.Component:
    return ParameterField.create(
        key=item.name,
        name=item.name,
        label=item.label,
        help=item.help,
        kind=item.kind,
        low=item.low,
        high=item.high,
        step=item.step,
        value=item.value,
        initial=item.initial,
        choices=item.choices,
        invalid=ParametersState.problem_name == item.name,
        round=ParametersState.round,
        on_save=ParametersState.save,
    )
