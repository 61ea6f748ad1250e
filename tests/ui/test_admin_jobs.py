"""What the page of jobs says of the clock."""

from __future__ import annotations

import pytest

from ioverse_app.jobs.schedule import JOBS
from ioverse_app.services.clockwork import JobReport
from ioverse_app.ui.admin.jobs import JobItem


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("7 * * * *", "Every hour at :07"),
        ("22 3 * * *", "Every day at 03:22 UTC"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("5 4 * * 1", "5 4 * * 1 UTC"),
    ],
)
def test_the_times_of_a_job_are_said_in_words(cron, words):
    assert JobItem.of(JobReport("purge-trash", cron, [])).about == f"{words} · not done yet"


def test_no_job_shows_the_notation_of_the_clock():
    assert not [job.cron for job in JOBS if "*" in JobItem.of(JobReport("a", job.cron, [])).about]
