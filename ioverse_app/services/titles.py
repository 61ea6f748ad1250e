"""Titles of conversations."""

from __future__ import annotations

import textwrap

from ioverse_app.tables.conversation import NEW_TITLE

WIDTH = 48


def title_of(question: str) -> str:
    """The first words of a question, as the title of its conversation."""
    line = next((line for line in question.splitlines() if line.strip(" #>*-`\t")), "")
    line = line.strip(" #>*-`\t")
    short = textwrap.shorten(line, WIDTH, placeholder="…") if line else NEW_TITLE
    if short == "…":  # one word longer than the title may be, or a script without spaces
        short = line[: WIDTH - 1] + "…"
    return short[:1].upper() + short[1:]
