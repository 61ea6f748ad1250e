"""Usage: what was used in the last days, by model, by day or by person."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Integer, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.engine.settling import refund
from ioverse_app.errors import Invalid
from ioverse_app.providers import catalogue
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import EntryStatus, LedgerEntry, Run, User, now
from ioverse_app.tables.ledger_entry import today
from ioverse_app.tables.run import OPEN

DAYS, MOST_DAYS = 30, 366
DELETED = "(deleted)"
FORGOTTEN_AFTER = timedelta(hours=1)
"""A reservation without a run at work is given back after this long: its process died."""

By = Literal["model", "day", "user"]
COLUMNS = (
    "day",
    "user",
    "model",
    "kind",
    "answers",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "images",
    "cost_usd",
)


@dataclass(frozen=True, slots=True)
class Use:
    """What was used under a `name`: a model, a day or a person. The cost is in micro-dollars.

    `answers` are those of chats; titles and the like count among tokens and cost alone. `unpriced`
    are requests whose cost is not known.
    """

    name: str
    label: str
    answers: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    images: int = 0
    cost: int = 0
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class DayOfModel:
    """What a model used in a day, for a chart."""

    day: date
    model: str
    cost: int
    tokens: int


async def of(session: AsyncSession, user: User, *, days: int = DAYS, by: By = "model") -> list[Use]:
    """What this person used in so many days, today among them; by day, oldest first."""
    return await _uses(session, user, days, by)


async def of_all(
    session: AsyncSession, user: User, *, days: int = DAYS, by: By = "model"
) -> list[Use]:
    """What everyone used, for administrators."""
    access.check(user, Action.ADMINISTER)
    return await _uses(session, None, days, by)


async def days_of(
    session: AsyncSession, user: User, *, days: int = DAYS, everyone: bool = False
) -> list[DayOfModel]:
    """What each model used on each day that it was used, oldest first."""
    if everyone:
        access.check(user, Action.ADMINISTER)
    keys = (col(LedgerEntry.day), col(LedgerEntry.provider), col(LedgerEntry.model))
    tokens = func.sum(col(LedgerEntry.prompt_tokens) + col(LedgerEntry.completion_tokens))
    cost = func.coalesce(func.sum(LedgerEntry.cost), 0)
    query: Any = select(*keys, cost, tokens)  # pyright: ignore
    query = query.where(*_which(None if everyone else user, days)).group_by(*keys)
    query = query.order_by(col(LedgerEntry.day))
    rows = (await session.exec(query)).all()
    return [
        DayOfModel(day, f"{provider}/{model}", int(cost), int(tokens))
        for day, provider, model, cost, tokens in rows
    ]


async def csv_of(
    session: AsyncSession, user: User, *, days: int = DAYS, everyone: bool = False
) -> str:
    """Every day, person, model and kind as a table for a spreadsheet."""
    if everyone:
        access.check(user, Action.ADMINISTER)
    keys = (
        col(LedgerEntry.day),
        col(User.username),
        col(LedgerEntry.provider),
        col(LedgerEntry.model),
        col(LedgerEntry.kind),
    )
    query: Any = select(*keys, func.count(), *_sums()).select_from(LedgerEntry)  # pyright: ignore
    query = query.outerjoin(User, col(User.id) == col(LedgerEntry.user_id))
    query = query.where(*_which(None if everyone else user, days)).group_by(*keys).order_by(*keys)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for day, name, provider, model, kind, count, *sums in (await session.exec(query)).all():
        *numbers, cost, unpriced = sums
        known = "" if unpriced == count else f"{int(cost) / 1_000_000:.6f}"
        cells = (day, safe_cell(name or DELETED), safe_cell(f"{provider}/{model}"), kind, count)
        writer.writerow([*cells, *numbers, known])
    return out.getvalue()


async def sweep() -> int:
    """Give back what was reserved for requests that nobody makes any more; how many."""
    open_runs = select(col(Run.id)).where(col(Run.status).in_(OPEN))
    query = select(LedgerEntry).where(
        LedgerEntry.status == EntryStatus.RESERVED,
        col(LedgerEntry.created_at) < now() - FORGOTTEN_AFTER,
        col(LedgerEntry.run_id).is_(None) | col(LedgerEntry.run_id).not_in(open_runs),
    )
    async with db.transaction() as session:
        rows = (await session.exec(query)).all()
        for entry in rows:
            refund(entry)
    return len(rows)


def checked_days(days: int) -> int:
    """So many days, if it is a number that makes sense."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Ask for 1 to {MOST_DAYS} days.", code="days_unusable")
    return days


async def _uses(session: AsyncSession, user: User | None, days: int, by: By) -> list[Use]:
    keys = {
        "model": (col(LedgerEntry.provider), col(LedgerEntry.model)),
        "day": (col(LedgerEntry.day),),
        "user": (col(LedgerEntry.user_id), col(User.username)),
    }[by]
    chats = func.sum((col(LedgerEntry.kind) == "chat").cast(Integer))
    query: Any = select(*keys, chats, *_sums()).select_from(LedgerEntry)  # pyright: ignore
    if by == "user":
        query = query.outerjoin(User, col(User.id) == col(LedgerEntry.user_id))
    query = query.where(*_which(user, days)).group_by(*keys)
    rows = (await session.exec(query)).all()
    made = [
        Use(*_named(by, row[: len(keys)]), *(int(n or 0) for n in row[len(keys) :])) for row in rows
    ]
    if by == "day":
        return sorted(made, key=lambda use: use.name)
    return sorted(
        made, key=lambda use: (use.cost, use.prompt_tokens + use.completion_tokens), reverse=True
    )


def _named(by: By, keys: Sequence[Any]) -> tuple[str, str]:
    match by:
        case "model":
            ref = f"{keys[0]}/{keys[1]}"
            return ref, catalogue.profile(ref).label
        case "day":
            return keys[0].isoformat(), keys[0].isoformat()
        case _:
            return keys[0] or "", keys[1] or DELETED


def _sums() -> list[Any]:
    columns = (
        LedgerEntry.prompt_tokens,
        LedgerEntry.cached_tokens,
        LedgerEntry.completion_tokens,
        LedgerEntry.reasoning_tokens,
        LedgerEntry.images,
    )
    return [
        *(func.sum(column) for column in columns),
        func.coalesce(func.sum(LedgerEntry.cost), 0),
        func.sum(col(LedgerEntry.cost).is_(None).cast(Integer)),
    ]


def _which(user: User | None, days: int) -> list[Any]:
    since = today() - timedelta(days=checked_days(days) - 1)
    settled = col(LedgerEntry.status) == EntryStatus.SETTLED
    mine = [] if user is None else [col(LedgerEntry.user_id) == user.id]
    return [col(LedgerEntry.day) >= since, settled, *mine]


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
