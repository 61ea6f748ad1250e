"""Sealed notes that a browser carries for some minutes, from one step of a sign-in to the next."""

from __future__ import annotations

import json
import time
from typing import Any

from ioverse_app import security


def issue(purpose: str, **facts: Any) -> str:
    """A note for one purpose. Nobody else can read, change or make one."""
    return security.seal(json.dumps({**facts, "purpose": purpose, "issued_at": time.time()}))


def read(purpose: str, ticket: str | None, *, seconds: float) -> dict[str, Any] | None:
    """What the note says, or None if it is not ours, for something else, or too old."""
    try:
        facts = json.loads(security.unseal(ticket or ""))
    except (security.SealBroken, ValueError):
        return None
    if not isinstance(facts, dict) or facts.get("purpose") != purpose:
        return None
    return facts if 0 <= time.time() - float(facts["issued_at"]) <= seconds else None
