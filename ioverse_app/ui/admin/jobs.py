"""What the clock did, and may do now."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app.errors import Unavailable
from ioverse_app.services import clockwork
from ioverse_app.services.clockwork import JobReport
from ioverse_app.tables import User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button, line, mark, rows
from ioverse_app.ui.admin.words import moment
from ioverse_app.ui.settings import card, problem

WORDS = {"success": "Done", "error": "Failed", "pending": "At work", "enqueued": "Waiting"}


@dataclass(frozen=True)
class JobItem:
    """A job, and one line about its last time."""

    name: str
    title: str
    about: str
    status: str
    word: str

    @classmethod
    def of(cls, job: JobReport) -> JobItem:
        """This job."""
        title = job.name.replace("-", " ").capitalize()
        if not job.turns:
            return cls(job.name, title, f"{_when(job.cron)} · not done yet", "", "New")
        last = job.turns[0]
        parts = [_when(job.cron), f"last {moment(last.at)}"]
        if last.count is not None:
            parts.append(f"{last.count:,} done")
        if last.seconds is not None:
            parts.append(f"{last.seconds:.1f} s")
        word = WORDS.get(last.status, last.status)
        return cls(job.name, title, " · ".join(parts), last.status, word)


def _when(cron: str) -> str:
    """When the clock strikes, in words; a rarer form stays as it is."""
    minute, hour, *rest = cron.split()
    if rest == ["*", "*", "*"] and minute.isdecimal():
        if hour == "*":
            return f"Every hour at :{minute:0>2}"
        if hour.isdecimal():
            return f"Every day at {hour:0>2}:{minute:0>2} UTC"
    if [hour, *rest] == ["*"] * 4 and minute.startswith("*/"):
        return f"Every {minute[2:]} minutes"
    return f"{cron} UTC"


class JobsState(rx.State):
    """The jobs, and why nothing is known of them."""

    jobs: list[JobItem] = []
    problem: str = ""

    @rx.event
    async def load(self):
        """Read them."""
        await self._read(await administrator(self))

    @rx.event
    async def run(self, name: str):
        """Have a job done now."""
        actor = await administrator(self)
        await clockwork.run_now(actor, str(name))
        await self._read(actor)

    async def _read(self, actor: User) -> None:
        try:
            self.jobs = [JobItem.of(job) for job in await clockwork.reports(actor)]
            self.problem = ""
        except Unavailable as error:
            self.jobs, self.problem = [], error.message


def jobs() -> rx.Component:
    """Every job with its last time."""
    return rx.el.div(
        problem(JobsState.problem),
        card(
            "Jobs",
            rows(JobsState.jobs, _job, "No job is known.", "Jobs"),
            rx.el.div(button("Look again", JobsState.load), class_name="actions"),
            about="What the clock does by itself.",
        ),
        on_mount=JobsState.load,
    )


def _job(job: rx.Var[JobItem]) -> rx.Component:
    return rx.el.li(
        line(job.title, job.about),
        rx.el.div(
            mark(job.word, job.status),
            button("Run now", JobsState.run(job.name)),
            class_name="actions",
        ),
    )
