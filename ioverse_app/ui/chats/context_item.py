"""What the panel of the context draws."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from ioverse_app.engine.context import Part, Plan
from ioverse_app.tables import InContext

WORDS = 90
"""How many characters of a text stand for it."""

REASONS = {
    "room": "Left out: there is no room for it",
    "excluded": "Excluded",
    "cut": "The rest of this file was left out",
    "no_vision": "This model sees no pictures",
}
WHOSE = {"system": "System prompt", "user": "You", "assistant": "Answer"}
KINDS = {"attachment": "File", "image": "Picture", "instruction": "Added by IOverse"}


@dataclass(frozen=True)
class ContextItem:
    """A part of what is sent, or one that is not: then `note` says why."""

    key: str
    whose: str
    words: str
    tokens: str
    message_id: str = ""
    sent: bool = True
    pinned: bool = False
    excluded: bool = False
    note: str = ""
    readable: bool = True

    @classmethod
    def of(cls, part: Part, key: str, *, sent: bool) -> ContextItem:
        """This part, as it was or was not sent."""
        return cls(
            key=key,
            whose=KINDS.get(part.kind) or WHOSE[part.role],
            words=part.name or first_words(part.text),
            tokens=f"{part.tokens:,}" if part.tokens else "",
            message_id=part.message_id if part.kind == "message" else "",
            sent=sent,
            pinned=part.mark == InContext.PINNED,
            excluded=part.reason == "excluded",
            note=_note(part, sent),
            readable=bool(part.said),
        )


def keyed(plan: Plan) -> list[tuple[str, Part, bool]]:
    """Every part with its key, in the order of the conversation, and whether it is sent.

    Ids of messages grow along a branch.
    """
    placed: list[tuple[str, tuple[str, Part, bool]]] = []
    place = ""
    for number, part in enumerate(plan.parts):
        behind = plan.parts[number + 1].message_id if number + 1 < len(plan.parts) else ""
        place = part.message_id or (behind if part.kind == "instruction" and behind else place)
        own = part.attachment_id or part.message_id or f"{part.kind}-{number}"
        placed.append((place, (own, part, True)))
    for part in plan.left_out:
        own = f"{part.attachment_id or part.message_id}-out"
        placed.append((part.message_id, (own, part, False)))
    return [one for _, one in sorted(placed, key=lambda one: one[0])]


def share(tokens: int, window: int) -> int:
    """So many tokens as a share of a window, in percent. It is 0 only for none."""
    return min(100, max(1, round(100 * tokens / window))) if tokens else 0


def first_words(text: str) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text[: 4 * WORDS].split())
    return textwrap.shorten(line, WORDS, placeholder="…") if " " in line else line[:WORDS]


def _note(part: Part, sent: bool) -> str:
    if part.mark == InContext.PINNED and part.kind == "message":
        return "Pinned: always sent"
    return "" if sent and part.reason == "cut" else REASONS.get(part.reason, "")
