"""Usage for programs: what was used in the last days, as JSON and for spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import sent
from ioverse_app.services import budgets, periods, usage
from ioverse_app.services.budgets import Standing
from ioverse_app.services.usage import DAYS, MOST_DAYS, By, Use

router = APIRouter(prefix="/api", tags=["usage"])

Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]
_CSV = sent("text/csv", about="A row for each day, model and kind")


class UseOut(BaseModel):
    """What was used under a name: a model, a day or a person. The cost is in micro-dollars.

    `unpriced` are requests whose cost is not known. Answers are those of chats; titles and the
    like count among tokens and cost alone.
    """

    name: str
    label: str
    answers: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    images: int
    cost: int
    unpriced: int

    @classmethod
    def of(cls, use: Use) -> UseOut:
        """This use as programs see it."""
        return cls(**{name: getattr(use, name) for name in cls.model_fields})


class BudgetUseOut(BaseModel):
    """A budget that holds for whoever asks: limits and what is used, in micro-dollars and tokens.

    What is reserved for answers being written counts as used.
    """

    name: str
    scope: str
    period: str
    soft_cost: int | None
    hard_cost: int | None
    soft_tokens: int | None
    hard_tokens: int | None
    cost: int
    tokens: int
    starts_again_at: datetime

    @classmethod
    def of(cls, now: Standing) -> BudgetUseOut:
        """This budget as it stands."""
        budget = now.budget
        return cls(
            name=now.name,
            scope=budget.scope,
            period=budget.period,
            soft_cost=budget.soft_cost,
            hard_cost=budget.hard_cost,
            soft_tokens=budget.soft_tokens,
            hard_tokens=budget.hard_tokens,
            cost=now.cost,
            tokens=now.tokens,
            starts_again_at=periods.ends(budget.period),
        )


class UsageOut(BaseModel):
    """What was used in so many days, today (UTC) among them."""

    days: int
    by: By
    usage: list[UseOut]
    budgets: list[BudgetUseOut] = []

    @classmethod
    def of(
        cls, days: int, by: By, uses: Sequence[Use], standings: Sequence[Standing] = ()
    ) -> UsageOut:
        """These uses and budgets as programs see them."""
        return cls(
            days=days,
            by=by,
            usage=[UseOut.of(use) for use in uses],
            budgets=[BudgetUseOut.of(now) for now in standings],
        )


@router.get("/usage")
async def mine(
    user: CurrentUser, session: Session, days: Days = DAYS, by: By = "model"
) -> UsageOut:
    """What you used, and how the budgets stand that hold for you."""
    uses = await usage.of(session, user, days=days, by=by)
    return UsageOut.of(days, by, uses, await budgets.standings(session, user))


@router.get("/usage.csv", response_class=Response, responses=_CSV)
async def my_table(user: CurrentUser, session: Session, days: Days = DAYS) -> Response:
    """What you used, for a spreadsheet."""
    return _table(await usage.csv_of(session, user, days=days))


@router.get("/admin/usage")
async def everyones(
    user: CurrentUser, session: Session, days: Days = DAYS, by: By = "model"
) -> UsageOut:
    """What everyone used; for administrators."""
    return UsageOut.of(days, by, await usage.of_all(session, user, days=days, by=by))


@router.get("/admin/usage.csv", response_class=Response, responses=_CSV)
async def everyones_table(user: CurrentUser, session: Session, days: Days = DAYS) -> Response:
    """What everyone used, for a spreadsheet; for administrators."""
    return _table(await usage.csv_of(session, user, days=days, everyone=True))


def _table(text: str) -> Response:
    headers = {
        "Content-Disposition": 'attachment; filename="usage.csv"',
        "Cache-Control": "no-store",
    }
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
