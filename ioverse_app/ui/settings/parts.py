"""What sections are made of."""

from __future__ import annotations

from typing import Any

import reflex as rx


def card(title: str, *children: rx.Component, about: str = "") -> rx.Component:
    """A group of things that belong together."""
    return rx.el.section(
        rx.el.h3(title),
        rx.el.p(about, class_name="about") if about else rx.fragment(),
        *children,
        class_name="card",
        aria_label=title,
    )


def fact(name: str, value: Any) -> rx.Component:
    """A line that says what something is."""
    return rx.el.div(rx.el.span(name), rx.el.span(value), class_name="fact")


def field(label: str, control: rx.Component, help: str = "") -> rx.Component:
    """A control with its label and a sentence of help."""
    return rx.el.label(
        rx.el.span(label, class_name="label"),
        control,
        rx.el.span(help, class_name="about") if help else rx.fragment(),
        class_name="setting",
    )


def problem(sentence: rx.Var[str]) -> rx.Component:
    """Why something was not done."""
    return rx.cond(sentence, rx.el.p(sentence, role="alert", class_name="problem"))
