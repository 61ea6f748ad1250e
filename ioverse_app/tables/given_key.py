"""Provider keys that administrators have given to a group or to one person, sealed."""

from __future__ import annotations

from typing import Self

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.group import GroupMember
from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class GivenKey(Row, table=True):
    """A key for one provider, of either a group or a person. Only `last4` is ever shown."""

    __tablename__ = "given_key"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("user_id", "provider"),
        UniqueConstraint("group_id", "provider"),
    )

    user_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="CASCADE", max_length=32
    )
    group_id: str | None = Field(
        default=None, foreign_key="group.id", ondelete="CASCADE", max_length=32
    )
    provider: str = Field(max_length=32)
    sealed: str = Field(sa_type=Text, repr=False)
    last4: str = Field(max_length=4)

    @classmethod
    def used_by(cls, user: User) -> SelectOfScalar[Self]:
        """Those that pay for this person, the oldest first."""
        groups = select(col(GroupMember.group_id)).where(GroupMember.user_id == user.id)
        theirs = or_(col(cls.user_id) == user.id, col(cls.group_id).in_(groups))
        return select(cls).where(theirs).order_by(col(cls.id))
