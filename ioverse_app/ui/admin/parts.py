"""What the sections of the administration are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx


@dataclass(frozen=True)
class FactItem:
    """A line that says what something is."""

    name: str
    value: str


def facts(items: rx.Var[list[FactItem]]) -> rx.Component:
    """Lines that say what things are."""
    return rx.fragment(rx.foreach(items, _fact))


def _fact(item: rx.Var[FactItem]) -> rx.Component:
    return rx.el.div(rx.el.span(item.name), rx.el.span(item.value, dir="auto"), class_name="fact")


def rows(items: Any, draw: Callable[..., rx.Component], empty: str, label: str) -> rx.Component:
    """A list, or the sentence that says why there is none."""
    return rx.cond(
        items,
        rx.el.ul(rx.foreach(items, draw), class_name="rows", aria_label=label),
        rx.el.p(empty, class_name="empty"),
    )


def line(title: Any, about: Any) -> rx.Component:
    """The title of a row, and a muted line below it."""
    return rx.el.div(rx.el.span(title, dir="auto"), rx.el.span(about, class_name="about"))


def mark(text: Any, level: Any = "") -> rx.Component:
    """A word on a row that says how it is."""
    return rx.el.span(text, class_name="mark", custom_attrs={"data-level": level})


def button(label: Any, on_click: rx.event.EventType, kind: str = "") -> rx.Component:
    """A button of a row or a panel."""
    return rx.el.button(
        label, type="button", class_name=f"button small {kind}".strip(), on_click=on_click
    )


def more(cursor: rx.Var[str], on_click: rx.event.EventType) -> rx.Component:
    """The button for the next page, where there is one."""
    return rx.cond(
        cursor,
        rx.el.button("Show more", type="button", class_name="button more", on_click=on_click),
    )
