"""The budgets that administrators set: list, set, change, remove."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound
from ioverse_app.services import accounts, budgets
from ioverse_app.services.budgets import Standing
from ioverse_app.tables import Budget, Period, Scope, User

SOFT = 0.8
"""Where the first notice comes, as a share of the hard limit, if nobody said otherwise."""

MOST = 10**15


@dataclass(frozen=True, slots=True)
class Limits:
    """Of money in micro-dollars, and of tokens; None is no limit."""

    soft_cost: int | None = None
    hard_cost: int | None = None
    soft_tokens: int | None = None
    hard_tokens: int | None = None


async def listed(session: AsyncSession, user: User) -> list[Standing]:
    """Every budget and how it stands, the widest first."""
    administrators_only(user)
    order = {Scope.ALL: 0, Scope.GROUP: 1, Scope.USER: 2, Scope.API_KEY: 3}
    rows = (await session.exec(select(Budget).order_by(col(Budget.id)))).all()
    rows = sorted(rows, key=lambda row: (order[Scope(row.scope)], row.scope_id != "", row.period))
    return [await budgets.standing(session, row) for row in rows]


async def add(
    session: AsyncSession, user: User, scope: str, scope_id: str, period: str, limits: Limits
) -> Budget:
    """Set a budget where there is none."""
    administrators_only(user)
    if scope not in (Scope.ALL, Scope.USER, Scope.API_KEY):
        raise Invalid("A budget is for all, a user or an api_key.", code="scope_unknown")
    if period not in tuple(Period):
        raise Invalid("A budget is for a day or a month.", code="period_unknown")
    if scope == Scope.ALL:
        scope_id = ""
    elif scope == Scope.API_KEY and not scope_id:
        raise Invalid("Name the key that the budget is for.", code="scope_unknown")
    elif scope == Scope.USER and scope_id and await session.get(User, scope_id) is None:
        raise NotFound("There is no such person.", code="user_not_found")
    query = select(Budget).where(
        Budget.scope == scope, Budget.scope_id == scope_id, Budget.period == period
    )
    if (await session.exec(query)).first():
        raise Conflict("There is such a budget already. Change that one.", code="budget_exists")
    budget = Budget(scope=scope, scope_id=scope_id, period=period, created_by=user.id)
    _set(budget, limits)
    session.add(budget)
    return budget


async def change(session: AsyncSession, user: User, budget_id: str, limits: Limits) -> Budget:
    """Give a budget other limits, all four of them."""
    budget = await _get(session, user, budget_id)
    _set(budget, limits)
    return budget


async def remove(session: AsyncSession, user: User, budget_id: str) -> None:
    """Take a budget away. What was used stays in the ledger."""
    await session.delete(await _get(session, user, budget_id))


async def person(session: AsyncSession, user: User, login: str) -> User:
    """Whom this user name or e-mail address belongs to, for administrators."""
    administrators_only(user)
    folded = accounts.fold(login.strip())
    theirs = (col(User.username_folded) == folded) | (col(User.email_folded) == folded)
    found = (await session.exec(select(User).where(theirs))).first() if folded else None
    if found is None:
        raise NotFound("There is no such person.", code="user_not_found")
    return found


def administrators_only(user: User) -> None:
    """NotAllowed for everybody else."""
    if not user.is_admin:
        raise NotAllowed("Only administrators may see this.")


async def _get(session: AsyncSession, user: User, budget_id: str) -> Budget:
    administrators_only(user)
    if (budget := await session.get(Budget, budget_id)) is None:
        raise NotFound("This budget is not there. It may have been removed.")
    return budget


def _set(budget: Budget, limits: Limits) -> None:
    values = {one.name: getattr(limits, one.name) for one in fields(limits)}
    if all(value is None for value in values.values()):
        raise Invalid("Set at least one limit.", code="limit_missing")
    if any(value is not None and not 0 <= value <= MOST for value in values.values()):
        raise Invalid("A limit is a number, and not below 0.", code="limit_unusable")
    for of in ("cost", "tokens"):
        soft, hard = values[f"soft_{of}"], values[f"hard_{of}"]
        if soft is None and hard is not None:
            values[f"soft_{of}"] = round(hard * SOFT)
        elif soft is not None and hard is not None and soft > hard:
            raise Invalid(
                "The notice comes before the limit: make it the smaller of the two.",
                code="limits_crossed",
            )
    for name, value in values.items():
        setattr(budget, name, value)
