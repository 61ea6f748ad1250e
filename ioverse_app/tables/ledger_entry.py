"""The ledger: what every request to a provider used, what it cost, and who pays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app.tables.row import Row
from ioverse_app.tables.user import User


class EntryStatus(StrEnum):
    """Reserved before the request, then settled with what was used, or refunded."""

    RESERVED = "reserved"
    SETTLED = "settled"
    REFUNDED = "refunded"


class PaidBy(StrEnum):
    """Whose key pays: the workspace's, or one that it gave to a person or a group, or their own.

    Budgets count all but what people pay themselves, which only those of API keys count.
    """

    SERVER = "server"
    GIVEN = "given"
    GROUP = "group"
    PERSONAL = "personal"


def today() -> date:
    """This day, in UTC."""
    return datetime.now(UTC).date()


class LedgerEntry(Row, table=True):
    """One request, or all of one answer. Costs are micro-dollars, unknown without a price.

    `charged` and `charged_tokens` are what it takes of the budgets now: what was `reserved`,
    then what was used. It outlives its run and its person, who may be deleted. An `estimated`
    one was counted here, since the provider did not say.
    """

    __tablename__ = "ledger_entry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_ledger_entry_day", "day", "charged", "charged_tokens"),
        Index("ix_ledger_entry_user_day", "user_id", "day", "charged", "charged_tokens"),
        Index("ix_ledger_entry_key_day", "api_key_id", "day"),
        Index("ix_ledger_entry_status", "status"),
    )

    run_id: str | None = Field(default=None, max_length=32, unique=True)
    user_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", max_length=32
    )
    day: date = Field(default_factory=today)
    provider: str = Field(max_length=64)
    model: str = Field(max_length=255)
    kind: str = Field(max_length=16)
    paid_by: str = Field(default=PaidBy.SERVER, max_length=16)
    key_id: str | None = Field(default=None, max_length=32)
    api_key_id: str | None = Field(default=None, max_length=32)
    project_id: str | None = Field(default=None, max_length=32)
    status: str = Field(default=EntryStatus.RESERVED, max_length=16)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    images: int = 0
    cost: int | None = Field(default=None, sa_type=BigInteger)
    estimated: bool = True
    reserved: int = Field(default=0, sa_type=BigInteger)
    charged: int = Field(default=0, sa_type=BigInteger)
    charged_tokens: int = Field(default=0, sa_type=BigInteger)

    @classmethod
    def visible_to(cls, user: User) -> SelectOfScalar[Self]:
        """What this user used."""
        return select(cls).where(col(cls.user_id) == user.id)
