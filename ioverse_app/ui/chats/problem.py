"""The sentence above the composer: what went wrong, and the next step."""

from __future__ import annotations

import reflex as rx


class Problem(rx.State, mixin=True):
    """What is said above the composer."""

    problem: str = ""

    @rx.event
    def close_problem(self):
        """Take the sentence above the composer away."""
        self.problem = ""
