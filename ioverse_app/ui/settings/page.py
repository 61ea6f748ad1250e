"""A page of settings, from its list of sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import reflex as rx

from ioverse_app.ui.settings.state import SettingsState
from ioverse_app.ui.shell import frame, header
from ioverse_app.ui.shell.notice import NoticeState, notice
from ioverse_app.ui.shell.sidebar import closes


@dataclass(frozen=True)
class Section:
    """A part of the page: its place in the address, its name, its icon and what it shows.

    The body loads what it shows when it appears (`on_mount`), in a state of its own.
    """

    path: str
    name: str
    icon: str
    body: Callable[[], rx.Component]


def settings_page(base: str, title: str, sections: Sequence[Section]) -> rx.Component:
    """The page at `base`: a link to each section in the sidebar, and the open one beside it."""
    first = sections[0]
    return frame(
        header(title),
        rx.el.div(
            rx.cond(
                SettingsState.allowed,
                rx.match(
                    SettingsState.section,
                    *[(section.path, _shown(section)) for section in sections],
                    _shown(first),
                ),
                rx.cond(SettingsState.refused, _refused()),
            ),
            class_name="settings",
        ),
        notice(undo=NoticeState.close),
        new=rx.el.a(
            rx.icon("arrow-left"),
            rx.el.span("Back to chats", class_name="label"),
            href="/chat",
            class_name="row",
        ),
        items=rx.el.div(*[_link(base, section, first) for section in sections]),
        label=title,
    )


def _link(base: str, section: Section, first: Section) -> rx.Component:
    open_now = SettingsState.section == section.path
    if section is first:
        open_now = open_now | (SettingsState.section == "")
    return rx.link(
        rx.icon(section.icon),
        rx.el.span(section.name, class_name="label"),
        href=base if section is first else f"{base}/{section.path}",
        underline="none",
        class_name="row",
        aria_current=rx.cond(open_now, "page", "false"),
        custom_attrs=closes(),
    )


def _refused() -> rx.Component:
    return rx.el.section(
        rx.el.h2("For administrators"),
        rx.el.p(
            "Whoever administers this workspace sees its people and settings here."
            " Your own settings are on the account page.",
            class_name="about",
        ),
        rx.el.div(rx.el.a("To your account", href="/account", class_name="button")),
        class_name="column refused",
    )


def _shown(section: Section) -> rx.Component:
    return rx.el.section(
        rx.el.h2(section.name),
        section.body(),
        class_name="column",
        aria_label=section.name,
    )
