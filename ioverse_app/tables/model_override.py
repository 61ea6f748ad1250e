"""What administrators have set of models, and which were replaced by others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime


class ModelOverride(Row, table=True):
    """What holds for a model in place of the catalogue; `facts` are in the catalogue's words."""

    __tablename__ = "model_override"  # pyright: ignore[reportAssignmentType]

    ref: str = Field(max_length=255, unique=True)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ModelMove(Row, table=True):
    """All that used one model was given another, and may be given the first one back."""

    __tablename__ = "model_move"  # pyright: ignore[reportAssignmentType]

    old: str = Field(max_length=255)
    new: str = Field(max_length=255)
    conversation_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    moved_by: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", max_length=32
    )
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
