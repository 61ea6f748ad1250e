"""Budgets: who may still use how much, and what is kept free for a request before it is made."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, case, func, true
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.errors import TooMany
from ioverse_app.services import api_keys, periods
from ioverse_app.services.notices import BudgetNearlyUsed, tell_after
from ioverse_app.tables import (
    Budget,
    BudgetNotice,
    EntryStatus,
    GroupMember,
    LedgerEntry,
    PaidBy,
    Period,
    Scope,
    User,
)

logger = logging.getLogger(__name__)

WHOSE = {Scope.ALL: " for everyone", Scope.GROUP: " of your group", Scope.API_KEY: " of this key"}
WAIT_SECONDS = 10.0
WAIT = (
    "The answers that are being written may use up the rest of {name}. "
    "Wait until one is done, then send again."
)


class BudgetReached(TooMany):
    """A hard limit stands in the way until its period ends."""

    code = "budget_reached"


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose key pays, which one it is, and the API key that asks now, if one does."""

    paid_by: str = PaidBy.SERVER
    key_id: str | None = None
    api_key_id: str | None = field(default_factory=api_keys.in_use)

    @property
    def is_person(self) -> bool:
        """Whether people pay themselves: then only what limits their API keys counts."""
        return self.paid_by == PaidBy.PERSONAL


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a request may use: the tokens of its prompt, those kept free for the answer, the cost.

    Without a known price the cost is 0, so that only budgets of tokens count.
    """

    prompt_tokens: int
    output_tokens: int
    cost: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.prompt_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands now: what is used of it, with what is reserved."""

    budget: Budget
    cost: int
    tokens: int
    name: str

    @property
    def spent(self) -> bool:
        """Whether a hard limit is reached."""
        return self.cost_spent or self.tokens_spent

    @property
    def cost_spent(self) -> bool:
        """Whether the hard limit of money is reached."""
        return _reached(self.cost, self.budget.hard_cost)

    @property
    def tokens_spent(self) -> bool:
        """Whether the hard limit of tokens is reached."""
        return _reached(self.tokens, self.budget.hard_tokens)

    @property
    def nearly(self) -> bool:
        """Whether a soft limit is reached."""
        budget = self.budget
        return _reached(self.cost, budget.soft_cost) or _reached(self.tokens, budget.soft_tokens)

    @property
    def percent(self) -> int | None:
        """How much of the hard limit is used, the larger of money and tokens; None without one."""
        cost = _percent(self.cost, self.budget.hard_cost)
        tokens = _percent(self.tokens, self.budget.hard_tokens)
        return max((part for part in (cost, tokens) if part is not None), default=None)


async def reserve(
    session: AsyncSession,
    user: User,
    ref: str,
    estimate: Estimate,
    *,
    kind: str = "chat",
    run_id: str | None = None,
    project_id: str | None = None,
    payer: Payer | None = None,
) -> LedgerEntry:
    """Keep so much free for a request, and enter it in the ledger.

    BudgetReached when a hard limit has been reached, so that a limit is passed by one reservation
    at most. Two who reserve at once do so one after the other: on PostgreSQL the rows of the
    budgets are locked until the transaction ends, on SQLite all that writes waits.
    """
    payer = payer or Payer()
    await _check(session, user, estimate, payer)
    provider, _, model = ref.partition("/")
    entry = LedgerEntry(
        run_id=run_id,
        user_id=user.id,
        provider=provider,
        model=model,
        kind=kind,
        paid_by=payer.paid_by,
        key_id=payer.key_id,
        api_key_id=payer.api_key_id,
        project_id=project_id,
        prompt_tokens=estimate.prompt_tokens,
        completion_tokens=estimate.output_tokens,
        reserved=estimate.cost,
        charged=0 if payer.is_person else estimate.cost,
        charged_tokens=0 if payer.is_person else estimate.tokens,
    )
    session.add(entry)
    return entry


async def standings(session: AsyncSession, user: User) -> list[Standing]:
    """How the budgets that hold for this person stand, and for the API key that asks."""
    return [
        await standing(session, budget, user) for budget in await _holding(session, user, Payer())
    ]


async def standing(session: AsyncSession, budget: Budget, user: User | None = None) -> Standing:
    """How a budget stands. One that each person has stands differently for each."""
    cost, tokens = await _sum(session, budget, _counted(budget, user))
    return Standing(budget, cost, tokens, name_of(budget))


async def remind(user: User) -> None:
    """Tell a person, once a period, that a soft limit has been reached."""
    try:
        async with db.reading() as session:
            stand = await standings(session, user)
        for near in (each for each in stand if each.nearly and not each.spent):
            async with db.transaction() as session:
                await _remind(session, user, near)
    except Exception:
        logger.exception("Nobody could be reminded of the budgets of %s", user.id)


def name_of(budget: Budget) -> str:
    """What people call it: this month's budget, today's budget for everyone."""
    period = "today's" if budget.period == Period.DAY else "this month's"
    return period + " budget" + WHOSE.get(Scope(budget.scope), "")


def starts_again(budget: Budget) -> str:
    """When it does, as a sentence."""
    if budget.period == Period.DAY:
        return "It starts again at midnight (UTC)."
    return f"It starts again on {periods.ends(budget.period):%-d %B}."


async def _check(session: AsyncSession, user: User, estimate: Estimate, payer: Payer) -> None:
    for budget in await _holding(session, user, payer, lock=True):
        now = await standing(session, budget, user)
        if now.tokens_spent or (now.cost_spent and estimate.cost):
            raise await _refusal(session, user, now)


async def _refusal(session: AsyncSession, user: User, now: Standing) -> BudgetReached:
    """Why not now: it is used up, or what is being written may use it up."""
    budget = now.budget
    waiting = _counted(budget, user) & (col(LedgerEntry.status) == EntryStatus.RESERVED)
    cost, tokens = await _sum(session, budget, waiting)
    settled = Standing(budget, now.cost - cost, now.tokens - tokens, now.name)
    if not settled.spent:
        return BudgetReached(WAIT.format(name=now.name), retry_after=WAIT_SECONDS)
    name = now.name[:1].upper() + now.name[1:]
    return BudgetReached(
        f"{name} is used up. {starts_again(budget)}",
        retry_after=periods.seconds_left(budget.period),
        starts_again_at=periods.ends(budget.period),
    )


async def _holding(
    session: AsyncSession, user: User, payer: Payer, *, lock: bool = False
) -> Sequence[Budget]:
    """The budgets that this person's requests count for, when this key pays."""
    scope, whose = col(Budget.scope), col(Budget.scope_id)
    groups = select(col(GroupMember.group_id)).where(GroupMember.user_id == user.id)
    holds = (scope == Scope.API_KEY) & (whose == (payer.api_key_id or "-"))
    if not payer.is_person:
        holds = or_(
            holds,
            scope == Scope.ALL,
            (scope == Scope.USER) & whose.in_(("", user.id)),
            (scope == Scope.GROUP) & whose.in_(groups),
        )
    query = select(Budget).where(holds).order_by(col(Budget.id))
    found = (await session.exec(query.with_for_update() if lock else query)).all()
    own = {each.period for each in found if each.scope == Scope.USER and each.scope_id}
    return [
        each
        for each in found
        if each.scope != Scope.USER or each.scope_id or each.period not in own
    ]


def _counted(budget: Budget, user: User | None) -> ColumnElement[bool]:
    """Which entries of the ledger count for a budget.

    For a group it is what those who are in it now have used, wherever they were before.
    """
    match Scope(budget.scope):
        case Scope.ALL:
            return true()
        case Scope.USER if budget.scope_id or user:
            return col(LedgerEntry.user_id) == (budget.scope_id or (user.id if user else ""))
        case Scope.GROUP:
            people = select(col(GroupMember.user_id)).where(GroupMember.group_id == budget.scope_id)
            return col(LedgerEntry.user_id).in_(people)
        case Scope.API_KEY:
            return col(LedgerEntry.api_key_id) == budget.scope_id
        case _:
            return ~true()


async def _sum(
    session: AsyncSession, budget: Budget, which: ColumnElement[bool]
) -> tuple[int, int]:
    """Money and tokens. The limit of an API key also counts what its person pays themselves."""
    cost, tokens = col(LedgerEntry.charged), col(LedgerEntry.charged_tokens)
    if budget.scope == Scope.API_KEY:
        own = col(LedgerEntry.paid_by) == PaidBy.PERSONAL
        held = col(LedgerEntry.status) == EntryStatus.RESERVED
        used = func.coalesce(LedgerEntry.cost, 0)
        cost = case((own & held, col(LedgerEntry.reserved)), (own, used), else_=cost)
        said = col(LedgerEntry.prompt_tokens) + col(LedgerEntry.completion_tokens)
        tokens = case((own, said), else_=tokens)
    query = select(func.coalesce(func.sum(cost), 0), func.coalesce(func.sum(tokens), 0)).where(
        which, col(LedgerEntry.day) >= periods.began(budget.period).date()
    )
    found = (await session.exec(query)).one()
    return int(found[0]), int(found[1])


async def _remind(session: AsyncSession, user: User, near: Standing) -> None:
    began = periods.began(near.budget.period)
    told = select(BudgetNotice).where(
        BudgetNotice.budget_id == near.budget.id,
        BudgetNotice.user_id == user.id,
        BudgetNotice.began_at == began,
    )
    if (await session.exec(told)).first():
        return
    session.add(BudgetNotice(budget_id=near.budget.id, user_id=user.id, began_at=began))
    percent = near.percent
    sentence = (
        f"{near.name[:1].upper()}{near.name[1:]} has reached its first limit."
        if percent is None
        else f"{percent} % of {near.name} is used."
    )
    tell_after(session, user.id, BudgetNearlyUsed(sentence))


def _reached(used: int, limit: int | None) -> bool:
    return limit is not None and used >= limit


def _percent(used: int, limit: int | None) -> int | None:
    if limit is None:
        return None
    return 100 * used // limit if limit else 100
