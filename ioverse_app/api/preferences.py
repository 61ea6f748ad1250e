"""How a person likes the application to look, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.services import preferences
from ioverse_app.tables import User

router = APIRouter(prefix="/api/users/me", tags=["Accounts"])

Changes = Annotated[dict[str, Any], Body(examples=[{"accent": "plum", "font_size": None}])]


class PreferencesOut(BaseModel):
    """What holds for whoever asks, and what may be chosen."""

    preferences: dict[str, str | int]
    choices: dict[str, list[str | int]]

    @classmethod
    def of(cls, user: User) -> PreferencesOut:
        """The preferences of this person."""
        choices = {one.name: list(one.choices) for one in preferences.ALL}
        return cls(preferences=preferences.of(user), choices=choices)


@router.get("/preferences")
async def read(user: CurrentUser) -> PreferencesOut:
    """How you like the application to look."""
    return PreferencesOut.of(user)


@router.patch("/preferences")
async def change(changes: Changes, user: CurrentUser, session: Session) -> PreferencesOut:
    """Change some of it; null brings a default back."""
    return PreferencesOut.of(await preferences.change(session, user, changes))
