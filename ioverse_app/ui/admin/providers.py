"""The providers: added, tried, ordered, hidden, removed."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.provider_items import ProviderItem, TrialItem
from ioverse_app.ui.admin.providers_state import NEW, ProvidersState
from ioverse_app.ui.settings import card, field, problem
from ioverse_app.ui.shell.confirm import confirm


def providers() -> rx.Component:
    """Those that were added, and those that the environment names."""
    return rx.el.div(
        card(
            "Providers",
            rx.cond(
                ProvidersState.items,
                rx.el.ul(rx.foreach(ProvidersState.items, _added), class_name="rows"),
                rx.el.p("None is added yet.", class_name="about"),
            ),
            rx.cond(
                ProvidersState.editing == NEW,
                _new(),
                rx.el.div(
                    rx.el.button(
                        "Add a provider",
                        type="button",
                        class_name="button primary",
                        on_click=ProvidersState.edit(NEW),
                    ),
                    class_name="actions",
                ),
            ),
            about="Their models are in everybody's picker, in this order.",
        ),
        rx.cond(
            ProvidersState.environment,
            card(
                "Set by the environment",
                rx.el.ul(rx.foreach(ProvidersState.environment, _given), class_name="rows"),
                about="These come from the server's settings and are changed there.",
            ),
        ),
        confirm(
            rx.cond(ProvidersState.removing != "", f"Remove {ProvidersState.removing_label}?", ""),
            "Its key is forgotten, and its models are in no picker any more. What they have "
            "answered stays.",
            on_yes=ProvidersState.remove,
            on_no=ProvidersState.keep,
        ),
        on_mount=ProvidersState.load,
    )


def _added(item: ProviderItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                item.label,
                rx.cond(item.enabled, rx.fragment(), rx.el.span(" hidden", class_name="about")),
            ),
            rx.el.span(item.about, class_name="about"),
            rx.cond(ProvidersState.editing == item.id, _form(item)),
            _trials(item),
            class_name="grow",
        ),
        rx.el.div(
            _icon("chevron-up", f"Move {item.label} up", ProvidersState.lift(item.id)),
            _icon("zap", f"Test {item.label}", ProvidersState.test(item.name)),
            rx.cond(
                item.enabled,
                _icon("eye", f"Hide {item.label}", ProvidersState.show(item.id, False)),
                _icon("eye-off", f"Show {item.label}", ProvidersState.show(item.id, True)),
            ),
            _icon("pencil", f"Edit {item.label}", ProvidersState.edit(item.id)),
            _icon(
                "trash-2",
                f"Remove {item.label}",
                ProvidersState.ask_to_remove(item.id, item.label),
            ),
            class_name="actions tight",
        ),
    )


def _given(item: ProviderItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.label),
            rx.el.span(item.about, class_name="about"),
            _trials(item),
            class_name="grow",
        ),
        rx.el.div(
            _icon("zap", f"Test {item.label}", ProvidersState.test(item.name)),
            class_name="actions tight",
        ),
    )


def _icon(icon: str, label: str | rx.Var[str], on_click: rx.event.EventType) -> rx.Component:
    return rx.el.button(
        rx.icon(icon),
        type="button",
        title=label,
        aria_label=label,
        class_name="icon-button",
        on_click=on_click,
    )


def _trials(item: ProviderItem) -> rx.Component:
    """What was tried, below the provider that it was tried with."""
    return rx.cond(
        ProvidersState.tested == item.name,
        rx.el.div(
            rx.el.ul(rx.foreach(ProvidersState.trials, _trial), class_name="trials"),
            rx.cond(
                ProvidersState.testing, rx.el.span("Trying…", role="status", class_name="about")
            ),
            aria_label=f"Test of {item.label}",
            role="group",
        ),
    )


def _trial(trial: TrialItem) -> rx.Component:
    return rx.el.li(
        rx.el.span(trial.word, class_name=f"outcome {trial.outcome}"),
        rx.el.span(trial.name),
        rx.el.span(trial.sentence, class_name="about"),
        rx.el.span(trial.seconds, class_name="about number"),
    )


def _new() -> rx.Component:
    return rx.el.form(
        field(
            "Kind",
            rx.el.select(
                rx.foreach(
                    ProvidersState.kinds, lambda one: rx.el.option(one.label, value=one.kind)
                ),
                value=ProvidersState.kind,
                aria_label="Kind",
                on_change=ProvidersState.choose,
                class_name="field",
            ),
        ),
        field(
            "Name",
            rx.el.input(name="label", aria_label="Name", max_length=64, class_name="field"),
            "As people see it. Empty: the name of its kind.",
        ),
        field(
            "Address",
            rx.el.input(
                name="base_url",
                aria_label="Address",
                type="url",
                default_value=ProvidersState.address,
                key=ProvidersState.kind,
                placeholder="https://ai.example.org/v1",
                class_name="field",
            ),
        ),
        _key_field("For everybody who has none of their own. Empty: only with one's own key."),
        problem(ProvidersState.problem),
        _buttons("Add"),
        on_submit=ProvidersState.save,
        class_name="inline-form",
    )


def _form(item: ProviderItem) -> rx.Component:
    return rx.el.form(
        field(
            "Name",
            rx.el.input(
                name="label",
                aria_label="Name",
                default_value=item.label,
                max_length=64,
                class_name="field",
            ),
        ),
        field(
            "Address",
            rx.el.input(
                name="base_url",
                aria_label="Address",
                type="url",
                default_value=item.base_url,
                class_name="field",
            ),
        ),
        _key_field("Empty: the key stays as it is."),
        problem(ProvidersState.problem),
        _buttons("Save"),
        on_submit=ProvidersState.save,
        class_name="inline-form",
    )


def _key_field(help: str) -> rx.Component:
    return field(
        "Key",
        rx.el.input(
            name="key", type="password", aria_label="Key", auto_complete="off", class_name="field"
        ),
        help,
    )


def _buttons(verb: str) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            "Cancel", type="button", class_name="button", on_click=ProvidersState.edit("")
        ),
        rx.el.button(verb, type="submit", class_name="button primary"),
        class_name="actions",
    )
