"""How the workspace is."""

from __future__ import annotations

import reflex as rx

from ioverse_app.services import overview as workspace
from ioverse_app.services.overview import Overview
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import FactItem, facts, line, rows
from ioverse_app.ui.admin.words import many, moment, size, span
from ioverse_app.ui.settings import card

STATUS = {
    "queued": "Waiting",
    "in_progress": "In progress",
    "requires_action": "Waiting for a tool",
    "completed": "Complete",
    "incomplete": "Cut or interrupted",
    "failed": "Failed",
    "cancelled": "Stopped",
    "expired": "Expired",
}


class OverviewState(rx.State):
    """The workspace in lines."""

    people: list[FactItem] = []
    answers: list[FactItem] = []
    failures: list[FactItem] = []
    storage: list[FactItem] = []
    versions: list[FactItem] = []

    @rx.event
    async def load(self):
        """Look at everything."""
        self._show(await workspace.read(await administrator(self)))

    def _show(self, now: Overview) -> None:
        self.people = [
            FactItem("People", f"{now.people:,}"),
            FactItem("Active within a day", f"{now.active:,}"),
            FactItem("Blocked", f"{now.blocked:,}"),
            FactItem("Chats", f"{now.chats:,}"),
            FactItem("Open links", f"{now.links:,}"),
        ]
        in_all = sum(now.runs.values())
        self.answers = [FactItem("In all", f"{in_all:,}")] + [
            FactItem(STATUS.get(status, status), f"{count:,}")
            for status, count in sorted(now.runs.items(), key=lambda pair: -pair[1])
        ]
        self.failures = [
            FactItem(
                failure.sentence,
                f"{failure.model} · {many(failure.times, 'time')} · {moment(failure.last_at)}",
            )
            for failure in now.failures
        ]
        self.storage = [
            FactItem("Database", size(now.storage.database)),
            FactItem("Files", size(now.storage.files)),
            FactItem("Backups", size(now.storage.backups)),
        ]
        self.versions = [FactItem(*pair) for pair in now.versions.items()]
        self.versions += [FactItem("Running for", span(now.up_seconds))]


def overview() -> rx.Component:
    """The workspace in numbers."""
    return rx.el.div(
        card("Workspace", facts(OverviewState.people)),
        card("Answers of the last 24 hours", facts(OverviewState.answers)),
        card(
            "Why answers failed",
            rows(
                OverviewState.failures,
                lambda item: rx.el.li(line(item.name, item.value)),
                "No answer failed in the last 24 hours.",
                "Failures",
            ),
        ),
        card("Storage", facts(OverviewState.storage)),
        card("Versions", facts(OverviewState.versions)),
        on_mount=OverviewState.load,
    )
