"""The import dialog, from top to bottom."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.imports.state import ImportState
from ioverse_app.ui.shell.dialog import closes_dialog

PROGRAMS = "IOverse, ChatGPT, Claude, Open WebUI or LibreChat"


class ChosenFile(rx.Component):
    """A file that is chosen and uploaded, see `chosen_file.jsx`."""

    library = browser_file("imports/chosen_file.jsx")
    tag = "ChosenFile"

    on_looked: rx.EventHandler[passthrough_event_spec(str)]
    on_refused: rx.EventHandler[passthrough_event_spec(str)]


def import_item() -> rx.Component:
    """What opens the dialog, in the menu of an account."""
    return rx.menu.item(
        rx.icon("folder-input", size=16), "Bring chats along", on_select=ImportState.open
    )


def import_dialog() -> rx.Component:
    """Choose a file, see what is in it, bring it in."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Bring chats along"),
            rx.dialog.description(f"The JSON or ZIP that {PROGRAMS} exported."),
            rx.cond(
                ImportState.problem,
                rx.el.p(ImportState.problem, role="alert", class_name="problem"),
            ),
            rx.match(
                ImportState.status,
                ("ready", _found()),
                ("running", _running()),
                ("stalled", _ended("It stopped in the middle. What came in is kept.")),
                ("done", _done()),
                ("cancelled", _ended("Stopped. What came in is kept.")),
                ("failed", _ended("What came in is kept.")),
                ChosenFile.create(on_looked=ImportState.looked, on_refused=ImportState.refused),
            ),
            closes_dialog(),
            class_name="import-dialog",
            max_width="520px",
        ),
        open=ImportState.shown,
        on_open_change=ImportState.close,
    )


def _found() -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.strong(ImportState.name)),
        rx.el.ul(
            _fact(ImportState.new, "new chats", ImportState.sources),
            rx.cond(ImportState.known, _fact(ImportState.known, "are here already, skipped")),
            _fact(ImportState.messages, "messages"),
            rx.cond(
                ImportState.lost, _fact(ImportState.lost, "pictures, files or tool calls left out")
            ),
            rx.cond(
                ImportState.trouble_count,
                _fact(ImportState.trouble_count, "things were not understood"),
            ),
            class_name="facts",
        ),
        _names("Their titles", ImportState.titles),
        _names("Not understood", ImportState.troubles),
        rx.el.div(
            _button("Another file", ImportState.again),
            rx.el.button(
                "Bring in",
                type="button",
                disabled=ImportState.new == 0,
                class_name="button primary",
                on_click=ImportState.run,
            ),
            class_name="dialog-actions",
        ),
    )


def _fact(count: rx.Var[int], words: str, more: rx.Var[str] | str = "") -> rx.Component:
    return rx.el.li(
        rx.el.span(count.to_string(), class_name="count"),
        rx.el.span(words),
        rx.cond(more, rx.el.span(more, class_name="note"), rx.fragment()),
    )


def _names(summary: str, names: rx.Var[list[str]]) -> rx.Component:
    return rx.cond(
        names,
        rx.el.details(
            rx.el.summary(summary),
            rx.el.ul(rx.foreach(names, lambda name: rx.el.li(name, dir="auto"))),
        ),
    )


def _running() -> rx.Component:
    return rx.el.div(
        rx.el.progress(value=ImportState.done, max=ImportState.total, aria_label="Chats looked at"),
        rx.el.p(
            ImportState.done,
            " of ",
            ImportState.total,
            ". You may close this: it goes on.",
            role="status",
        ),
        rx.el.div(_button("Stop", ImportState.stop), class_name="dialog-actions"),
    )


def _done() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            ImportState.added,
            " chats came in, ",
            ImportState.skipped,
            " were here already. You find them in your list, at their own dates.",
            role="status",
        ),
        rx.el.div(
            _button("Another file", ImportState.again),
            rx.dialog.close(rx.el.button("Close", type="button", class_name="button primary")),
            class_name="dialog-actions",
        ),
    )


def _ended(sentence: str) -> rx.Component:
    return rx.el.div(
        rx.el.p(sentence, " ", ImportState.added, " chats came in.", role="status"),
        rx.el.div(
            _button("Another file", ImportState.again),
            rx.el.button(
                "Go on", type="button", class_name="button primary", on_click=ImportState.run
            ),
            class_name="dialog-actions",
        ),
    )


def _button(label: str, on_click: rx.event.EventType) -> rx.Component:
    return rx.el.button(label, type="button", class_name="button", on_click=on_click)
