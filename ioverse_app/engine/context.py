"""What the model sees: the turns that fit into its window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ioverse_app.errors import Invalid
from ioverse_app.providers.provider import Turn

TOKENS_A_TURN = 8
"""What the role and the separators of a turn cost, as a safe guess."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The turns to send, how many older ones were left out, and the estimate in tokens."""

    turns: Sequence[Turn]
    left_out: int
    tokens: int


def estimate(text: str) -> int:
    """About how many tokens a text has: a token for every 3 bytes of UTF-8, rounded up."""
    return -(-len(text.encode()) // 3) + TOKENS_A_TURN


def plan(turns: Sequence[Turn], window: int, output: int) -> Plan:
    """Keep the system turns and the newest others that fit into `window - output` tokens.

    Older turns go in pairs, so that what is left begins with a question. Raises Invalid when not
    even the last turn fits.
    """
    room = window - output
    system = [turn for turn in turns if turn.role == "system"]
    others = [turn for turn in turns if turn.role != "system"]
    costs = [estimate(turn.content) for turn in others]
    fixed = sum(estimate(turn.content) for turn in system)
    if fixed >= room:
        raise Invalid(
            f"The system prompt has about {fixed:,} tokens; this model takes {room:,} with an "
            "answer of this length. Shorten one of them, or choose a model with a larger window.",
            code="system_prompt_too_long",
        )
    if fixed + costs[-1] > room:
        raise Invalid(
            f"This message has about {costs[-1]:,} tokens; this model takes {room - fixed:,}. "
            "Shorten it, or choose a model with a larger window.",
            code="message_too_long",
        )
    total = fixed + sum(costs)
    first = 0
    while total > room:
        total -= costs[first]
        first += 1
        while first < len(others) - 1 and others[first].role != "user":
            total -= costs[first]
            first += 1
    return Plan([*system, *others[first:]], first, total)
