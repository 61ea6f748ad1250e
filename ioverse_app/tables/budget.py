"""Budgets: how much may be used in a day or a month."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from ioverse_app.tables.row import Row, UtcDateTime


class Scope(StrEnum):
    """Whom a budget is for: everyone together, a person, a group, or one of the API keys."""

    ALL = "all"
    USER = "user"
    GROUP = "group"
    API_KEY = "api_key"


class Period(StrEnum):
    """How long a budget lasts until it starts again, by the calendar in UTC."""

    DAY = "day"
    MONTH = "month"


class Budget(Row, table=True):
    """Limits for a period: of money in micro-dollars, of tokens, or of both.

    One for a USER without a `scope_id` is each person's, but for those with one of their own.
    At the soft limit there is a notice, once a period; at the hard limit nothing more is begun.
    """

    __table_args__ = (UniqueConstraint("scope", "scope_id", "period"),)

    scope: str = Field(max_length=16)
    scope_id: str = Field(default="", max_length=32)
    period: str = Field(max_length=8)
    soft_cost: int | None = Field(default=None, sa_type=BigInteger)
    hard_cost: int | None = Field(default=None, sa_type=BigInteger)
    soft_tokens: int | None = Field(default=None, sa_type=BigInteger)
    hard_tokens: int | None = Field(default=None, sa_type=BigInteger)
    created_by: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", max_length=32
    )


class BudgetNotice(Row, table=True):
    """That a person was told of a soft limit, in the period that began then."""

    __tablename__ = "budget_notice"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("budget_id", "user_id", "began_at"),)

    budget_id: str = Field(foreign_key="budget.id", ondelete="CASCADE", max_length=32)
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=32)
    began_at: datetime = Field(sa_type=UtcDateTime)
