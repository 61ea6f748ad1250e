"""What is wrong with the installation, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app.services import doctor as physician
from ioverse_app.services.doctor import Finding, Level
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button, mark, rows
from ioverse_app.ui.settings import card

WORDS = {
    Level.GOOD: "Good",
    Level.NOTE: "Note",
    Level.WARNING: "Warning",
    Level.PROBLEM: "Problem",
}


@dataclass(frozen=True)
class FindingItem:
    """What was found."""

    about: str
    level: str
    word: str
    sentence: str
    next_step: str

    @classmethod
    def of(cls, one: Finding) -> FindingItem:
        """This finding."""
        return cls(one.about, one.level, WORDS[one.level], one.sentence, one.next_step)


class DoctorState(rx.State):
    """What was found, the worst first."""

    findings: list[FindingItem] = []
    looking: bool = False

    @rx.event(background=True)
    async def load(self):
        """Look at everything; providers may take seconds to answer."""
        async with self:
            await administrator(self)
            self.looking = True
        try:
            found = await physician.examine()
        finally:
            async with self:
                self.looking = False
        async with self:
            self.findings = [FindingItem.of(one) for one in found]


def doctor() -> rx.Component:
    """Everything that was looked at."""
    return rx.el.div(
        card(
            "How it is",
            rx.cond(DoctorState.looking, rx.el.p("Looking…", role="status", class_name="about")),
            rows(DoctorState.findings, _finding, "", "Findings"),
            rx.el.div(button("Look again", DoctorState.load), class_name="actions"),
            about="The same as “make doctor” says in a terminal.",
        ),
        on_mount=DoctorState.load,
    )


def _finding(one: rx.Var[FindingItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(one.about),
            rx.el.span(one.sentence),
            rx.cond(one.next_step, rx.el.span(one.next_step, class_name="about")),
        ),
        mark(one.word, one.level),
    )
