"""The share dialog, from top to bottom."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.shares.items import LinkItem, PartItem
from ioverse_app.ui.shares.state import NEVER, ShareState
from ioverse_app.ui.shell.dialog import closes_dialog

EXPIRES = (
    ("1", "1 hour"),
    ("24", "24 hours"),
    ("72", "3 days"),
    ("168", "7 days"),
    ("720", "30 days"),
    (NEVER, "Never"),
)


def share_dialog() -> rx.Component:
    """Make a link to a chat, and see and revoke those that there are."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Share this chat"),
            rx.dialog.description("“", ShareState.title, "”"),
            rx.cond(
                ShareState.problem,
                rx.el.p(ShareState.problem, role="alert", class_name="problem"),
            ),
            rx.cond(ShareState.url, _made(), _form()),
            rx.cond(ShareState.links, _links()),
            closes_dialog(),
            class_name="share-dialog",
            max_width="560px",
        ),
        open=ShareState.shown,
        on_open_change=ShareState.close,
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.label(
            "Expires after",
            rx.el.select(
                *[rx.el.option(label, value=value) for value, label in EXPIRES],
                name="hours",
                default_value="24",
                class_name="field",
            ),
        ),
        rx.el.label(
            "Link password (optional)",
            rx.el.input(
                name="password",
                type="text",
                auto_complete="off",
                max_length=256,
                class_name="field",
            ),
        ),
        rx.el.fieldset(
            rx.el.legend("What it shows"),
            _choice("snapshot", "The chat as it is now", checked=True),
            _choice("live", "The chat as it goes on"),
        ),
        rx.el.details(
            rx.el.summary("More"),
            rx.el.label(
                "Limit of views (optional)",
                rx.el.input(
                    name="views", input_mode="numeric", auto_complete="off", class_name="field"
                ),
            ),
            rx.el.label(
                "Label (optional), only for you",
                rx.el.input(name="label", max_length=100, auto_complete="off", class_name="field"),
            ),
        ),
        _parts(),
        rx.cond(
            ShareState.preview,
            rx.el.iframe(
                src=ShareState.preview,
                title="What a stranger will see",
                class_name="share-preview",
                sandbox="allow-same-origin",
            ),
        ),
        rx.el.div(
            rx.el.button(
                rx.cond(ShareState.preview, "Hide preview", "Preview"),
                type="button",
                class_name="button",
                on_click=ShareState.look,
            ),
            rx.el.button("Create link", type="submit", class_name="button primary"),
            class_name="dialog-actions",
        ),
        on_submit=ShareState.create,
        class_name="share-form",
    )


def _choice(value: str, label: str, *, checked: bool = False) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="radio", name="live", value=value, default_checked=checked),
        label,
        class_name="check",
    )


def _parts() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.icon("chevron-right", size=16),
            "Leave messages out",
            type="button",
            aria_expanded=ShareState.choosing,
            class_name="button quiet small",
            on_click=ShareState.choose,
        ),
        rx.cond(
            ShareState.choosing,
            rx.el.div(
                rx.foreach(ShareState.parts, _part),
                role="group",
                aria_label="Messages that are shown",
                class_name="share-parts",
            ),
        ),
    )


def _part(part: rx.Var[PartItem]) -> rx.Component:
    return rx.el.label(
        # The tick is the browser's own: a click shows at once, however far the server is.
        rx.el.input(
            type="checkbox", default_checked=part.shown, on_change=ShareState.turn(part.id)
        ),
        rx.el.span(part.words, dir="auto"),
        class_name="check",
    )


def _made() -> rx.Component:
    return rx.el.div(
        rx.el.label(
            "Share link",
            rx.el.input(value=ShareState.url, read_only=True, auto_focus=True, class_name="field"),
        ),
        rx.el.p("Copy it now: only you have it, and it cannot be shown again.", class_name="note"),
        rx.image(src=ShareState.code, alt="QR code of the link", class_name="share-code"),
        rx.el.div(
            rx.el.button(
                "Another link", type="button", class_name="button", on_click=ShareState.another
            ),
            rx.el.button(
                "Copy link",
                type="button",
                class_name="button primary",
                on_click=rx.set_clipboard(ShareState.url),
            ),
            class_name="dialog-actions",
        ),
        class_name="share-form",
    )


def _links() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Links of this chat"),
        rx.el.ul(rx.foreach(ShareState.links, _link)),
        class_name="share-links",
    )


def _link(link: rx.Var[LinkItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(link.label, class_name="name"), rx.el.span(link.terms, class_name="note")
        ),
        rx.cond(
            link.is_open,
            rx.el.button(
                "Revoke",
                type="button",
                class_name="button small",
                on_click=ShareState.revoke(link.id),
            ),
        ),
    )
