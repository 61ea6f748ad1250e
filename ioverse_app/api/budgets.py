"""Budgets for programs of administrators: list, add, change, remove."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import refused
from ioverse_app.api.usage import BudgetUseOut
from ioverse_app.services import budget_list, budgets
from ioverse_app.services.budget_list import MOST, Limits
from ioverse_app.services.budgets import Standing

router = APIRouter(prefix="/api/admin/budgets", tags=["usage"])

Limit = Annotated[int | None, Field(ge=0, le=MOST)]


class LimitsIn(StrictBody):
    """Limits of money in micro-dollars, and of tokens; null is no limit.

    A soft limit that is not given is four fifths of the hard one.
    """

    soft_cost: Limit = None
    hard_cost: Limit = None
    soft_tokens: Limit = None
    hard_tokens: Limit = None

    def limits(self) -> Limits:
        """The same, for the service."""
        return Limits(self.soft_cost, self.hard_cost, self.soft_tokens, self.hard_tokens)


class BudgetIn(LimitsIn):
    """A budget `all` share, of a `group`, a `user` or an `api_key`, for each `day` or `month`.

    A budget of a `user` without a `scope_id` is each person's who has none of their own.
    """

    scope: str
    scope_id: str = ""
    period: str = "month"


class BudgetOut(BudgetUseOut):
    """A budget, and how it stands."""

    id: str
    scope_id: str

    @classmethod
    def of(cls, now: Standing) -> BudgetOut:
        """This budget as administrators see it."""
        values = BudgetUseOut.of(now).model_dump()
        return cls(**values, id=now.budget.id, scope_id=now.budget.scope_id)


@router.get("")
async def every(user: CurrentUser, session: Session) -> list[BudgetOut]:
    """Every budget, the widest first."""
    return [BudgetOut.of(now) for now in await budget_list.listed(session, user)]


@router.post("", status_code=201, responses=refused(404, 409))
async def add(body: BudgetIn, user: CurrentUser, session: Session) -> BudgetOut:
    """Set a budget where there is none."""
    budget = await budget_list.add(
        session, user, body.scope, body.scope_id, body.period, body.limits()
    )
    return BudgetOut.of(await budgets.standing(session, budget))


@router.put("/{budget_id}")
async def change(budget_id: str, body: LimitsIn, user: CurrentUser, session: Session) -> BudgetOut:
    """Give a budget other limits, all four of them."""
    budget = await budget_list.change(session, user, budget_id, body.limits())
    return BudgetOut.of(await budgets.standing(session, budget))


@router.delete("/{budget_id}", status_code=204)
async def remove(budget_id: str, user: CurrentUser, session: Session) -> None:
    """Take a budget away. What was used stays in the ledger."""
    await budget_list.remove(session, user, budget_id)
