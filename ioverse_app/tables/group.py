"""Groups of people, by which models, budgets and keys are given out."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from ioverse_app.tables.row import Row


class Group(Row, table=True):
    """Some people with a name. Names are compared folded."""

    name: str = Field(max_length=64)
    name_folded: str = Field(max_length=64, unique=True)


class GroupMember(SQLModel, table=True):
    """That a person is in a group."""

    __tablename__ = "group_member"  # pyright: ignore[reportAssignmentType]

    group_id: str = Field(
        foreign_key="group.id", ondelete="CASCADE", primary_key=True, max_length=32
    )
    user_id: str = Field(
        foreign_key="user.id", ondelete="CASCADE", primary_key=True, index=True, max_length=32
    )
