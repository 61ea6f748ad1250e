"""Who administers."""

from __future__ import annotations

from ioverse_app.errors import NotAllowed
from ioverse_app.tables import User


def check(user: User) -> None:
    """Raise NotAllowed unless this person administers the workspace."""
    if not user.is_admin:
        raise NotAllowed("Only administrators can do this.", code="administrators_only")
