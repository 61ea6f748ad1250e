"""Above the list of chats: how far those are that were chosen, until the file is put away."""

from __future__ import annotations

import reflex as rx

from ioverse_app.tables import ExportStatus
from ioverse_app.ui.exports.progress import counter, left_out
from ioverse_app.ui.exports.state import ChosenExportState


def chosen_export() -> rx.Component:
    """The ZIP that is being written, or is there. Nothing when there is none."""
    return rx.el.div(
        rx.match(
            ChosenExportState.status,
            (ExportStatus.RUNNING.value, _running()),
            (ExportStatus.DONE.value, _done()),
            (ExportStatus.FAILED.value, _failed()),
            rx.fragment(),
        ),
        on_mount=ChosenExportState.load,
    )


def _running() -> rx.Component:
    return _box(
        rx.el.p("Writing ", ChosenExportState.format, " files"),
        counter(ChosenExportState),
        rx.el.div(_putting_away("Cancel export"), class_name="actions"),
    )


def _done() -> rx.Component:
    return _box(
        rx.el.p(
            ChosenExportState.done - ChosenExportState.failed,
            rx.cond(ChosenExportState.done - ChosenExportState.failed == 1, " chat", " chats"),
            " as ",
            ChosenExportState.format,
            role="status",
        ),
        rx.el.p(
            ChosenExportState.size,
            ", until ",
            ChosenExportState.until,
            left_out(ChosenExportState),
            class_name="about",
        ),
        rx.el.div(
            rx.el.a(
                rx.icon("download", size=16),
                "Download ZIP",
                href=ChosenExportState.link,
                download="",
                reload_document=True,  # it is no page of ours
                class_name="button small primary",
            ),
            _putting_away("Put away"),
            class_name="actions",
        ),
    )


def _failed() -> rx.Component:
    return _box(
        rx.el.p(ChosenExportState.problem, role="alert"),
        rx.el.div(_putting_away("Put away"), class_name="actions"),
    )


def _box(*children: rx.Component) -> rx.Component:
    return rx.el.section(*children, aria_label="Export", class_name="chosen-export")


def _putting_away(label: str) -> rx.Component:
    return rx.el.button(
        label, type="button", class_name="button quiet small", on_click=ChosenExportState.discard
    )
