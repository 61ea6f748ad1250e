"""A panel at the right of the page, over it on small screens."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.browser_files import browser_file


class Drawer(rx.Component):
    """A dialog that is not modal, named by its label, see `drawer.jsx`."""

    library = browser_file("shell/drawer.jsx")
    tag = "Drawer"

    label: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


def drawer_top(
    title: rx.Var[str] | str,
    *actions: rx.Component,
    problem: rx.Var[str],
    on_close: rx.event.EventType,
) -> rx.Component:
    """What a drawer begins with: its title, actions, the way out, and what went wrong."""
    return rx.el.div(
        rx.el.h2(title),
        *actions,
        rx.el.button(
            rx.icon("x"),
            type="button",
            aria_label="Close",
            class_name="icon-button",
            on_click=on_close,
        ),
        rx.cond(problem, rx.el.p(problem, role="alert", class_name="problem")),
        class_name="top",
    )
