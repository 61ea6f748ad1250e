"""The form at the door: labelled fields that a browser posts by itself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app.services.refusals import DONE, SENTENCES
from ioverse_app.ui.accounts.state import DoorState
from ioverse_app.ui.browser_files import browser_file

_SCRIPT = browser_file("accounts/account_form.jsx")


class AccountForm(rx.Component):
    """A form that keeps what was typed and says what is wrong, see `account_form.jsx`."""

    library = _SCRIPT
    tag = "AccountForm"

    action: rx.Var[str]
    sentences: rx.Var[dict[str, str]]


class OtherDoor(rx.Component):
    """A link to the other form that leads to the same page in the end."""

    library = _SCRIPT
    tag = "OtherDoor"

    href: rx.Var[str]


def door(title: str, *content: rx.Component) -> rx.Component:
    """A page with the mark, a title and a form in its middle."""
    return rx.el.main(
        rx.image("/logo.svg", alt="", class_name="mark"),
        rx.el.h1(title),
        *content,
        class_name="door",
        on_mount=DoorState.arrive,
    )


def account_form(action: str, button: str, *fields: rx.Component) -> rx.Component:
    """The fields, and the button that posts them to `action`."""
    return AccountForm.create(
        *fields,
        rx.el.button(button, type="submit", class_name="button primary"),
        action=action,
        sentences=SENTENCES | DONE,
    )


def labelled(label: str, name: str, *, hint: str = "", **attributes: Any) -> rx.Component:
    """A text field under its label, and a hint below it."""
    described = {"aria_describedby": f"{name}-hint"} if hint else {}
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=name,
            class_name="field",
            spell_check=False,
            auto_capitalize="none",
            **described,
            **attributes,
        ),
        *([rx.el.p(hint, id=f"{name}-hint", class_name="hint")] if hint else []),
    )


def other_door(question: str, link: str, href: str) -> rx.Component:
    """The way to the other form."""
    return rx.el.p(question, " ", OtherDoor.create(link, href=href), class_name="other")
