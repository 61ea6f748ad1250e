"""One frame for every page: the sidebar, and a main column with a slim header."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from ioverse_app.ui.palette import palette
from ioverse_app.ui.shell.account_menu import account_menu
from ioverse_app.ui.shell.ending import ending_models
from ioverse_app.ui.shell.presence import Leave, leaving
from ioverse_app.ui.shell.sidebar import Sidebar, closes, opens
from ioverse_app.ui.shell.state import ShellState


def frame(
    *children: rx.Component,
    new: rx.Component,
    items: rx.Component,
    menu: Sequence[rx.Component] = (),
    label: str = "Chats",
) -> rx.Component:
    """A page: `new` starts something, `items` are what it is about, `menu` what an account has.

    `label` names its sidebar.
    """
    return rx.el.div(
        Sidebar.create(
            _top(),
            new,
            items,
            rx.el.div(class_name="spacer"),
            rx.el.div(account_menu(*menu), class_name="account"),
            label=label,
            folded=ShellState.folded == "yes",
        ),
        rx.el.main(
            rx.cond(ShellState.banner, rx.el.p(ShellState.banner, class_name="announcement")),
            leaving(),
            ending_models(),
            *children,
            class_name="main",
        ),
        Leave.create(),
        palette(),
        rx.cond(
            has_connection_errors,
            rx.el.div("Connection lost. Trying again…", role="status", class_name="offline"),
        ),
        class_name="shell",
    )


def header(title: rx.Var[str] | str, *actions: rx.Component) -> rx.Component:
    """The slim line on top: the title, and two or three actions."""
    return rx.el.header(
        rx.el.button(
            rx.icon("panel-left"),
            type="button",
            aria_label="Open sidebar",
            class_name="icon-button open-sidebar",
            custom_attrs=opens(),
        ),
        rx.el.h1(title, dir="auto"),
        *actions,
        class_name="header",
    )


def _top() -> rx.Component:
    return rx.el.div(
        rx.el.a(
            rx.image("/logo.svg", alt=""),
            rx.el.span("IOverse", class_name="label"),
            href="/chat",
            class_name="brand",
        ),
        rx.el.button(
            rx.icon("panel-left"),
            type="button",
            on_click=ShellState.fold,
            aria_label=rx.cond(ShellState.folded == "yes", "Unfold sidebar", "Fold sidebar"),
            class_name="icon-button collapse",
        ),
        rx.el.button(
            rx.icon("x"),
            type="button",
            aria_label="Close sidebar",
            class_name="icon-button close",
            custom_attrs=closes(),
        ),
        class_name="top",
    )
