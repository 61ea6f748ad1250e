"""Budgets: list, set, change, remove. Administrators do, and people for their own API keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound
from ioverse_app.services import access, accounts, budgets, recipients
from ioverse_app.services.access import Action
from ioverse_app.services.budgets import Standing
from ioverse_app.tables import ApiKey, Budget, Group, Period, Scope, User

SOFT = 0.8
"""Where the first notice comes, as a share of the hard limit, if nobody said otherwise."""

MOST = 10**15
ORDER = {Scope.ALL: 0, Scope.GROUP: 1, Scope.USER: 2, Scope.API_KEY: 3}
NOT_THERE = "This budget is not there. It may have been removed."
OF_ADMINISTRATORS = "An administrator set this limit. Ask one to change it."


@dataclass(frozen=True, slots=True)
class Limits:
    """Of money in micro-dollars, and of tokens; None is no limit."""

    soft_cost: int | None = None
    hard_cost: int | None = None
    soft_tokens: int | None = None
    hard_tokens: int | None = None


async def listed(session: AsyncSession, user: User) -> list[Standing]:
    """Every budget and how it stands, the widest first."""
    access.check(user, Action.ADMINISTER)
    rows = (await session.exec(select(Budget).order_by(col(Budget.id)))).all()
    rows = sorted(rows, key=lambda row: (ORDER[Scope(row.scope)], row.scope_id != "", row.period))
    return [await budgets.standing(session, row) for row in rows]


async def of(session: AsyncSession, user: User, scope: str, scope_id: str) -> list[Standing]:
    """How the budgets of one person, group or API key stand, by day before by month."""
    await _check(session, user, scope, scope_id)
    return await _standings(session, scope, [scope_id])


async def of_keys(session: AsyncSession, user: User) -> Mapping[str, Sequence[Standing]]:
    """The budgets of each of this person's own API keys, by the ids of the keys."""
    ids = [key.id for key in (await session.exec(ApiKey.visible_to(user))).all()]
    found: defaultdict[str, list[Standing]] = defaultdict(list)
    for now in await _standings(session, Scope.API_KEY, ids):
        found[now.budget.scope_id].append(now)
    return found


async def names(session: AsyncSession, standings: Sequence[Standing]) -> Mapping[str, str]:
    """What the people, groups and API keys of these budgets are called, by their ids."""
    ids = {now.budget.scope_id for now in standings}
    found: dict[str, str] = {}
    for table, name in ((User, User.username), (Group, Group.name), (ApiKey, ApiKey.name)):
        rows = await session.exec(select(table.id, name).where(col(table.id).in_(ids)))
        found.update(rows.all())
    return found


async def add(
    session: AsyncSession, user: User, scope: str, scope_id: str, period: str, limits: Limits
) -> Budget:
    """Set a budget where there is none."""
    scope_id = "" if scope == Scope.ALL else scope_id
    await _check(session, user, scope, scope_id)
    if await _find(session, scope, scope_id, period):
        raise Conflict("There is such a budget already. Change that one.", code="budget_exists")
    budget = Budget(scope=scope, scope_id=scope_id, period=period, created_by=user.id)
    _set(budget, limits)
    session.add(budget)
    return budget


async def put(
    session: AsyncSession, user: User, scope: str, scope_id: str, period: str, limits: Limits
) -> Budget:
    """Set a budget, in place of the one that there is."""
    await _check(session, user, scope, scope_id)
    if (budget := await _find(session, scope, scope_id, period)) is None:
        return await add(session, user, scope, scope_id, period, limits)
    return await change(session, user, budget.id, limits)


async def change(session: AsyncSession, user: User, budget_id: str, limits: Limits) -> Budget:
    """Give a budget other limits, all four of them."""
    budget = await _get(session, user, budget_id)
    _set(budget, limits)
    return budget


async def remove(session: AsyncSession, user: User, budget_id: str) -> None:
    """Take a budget away. What was used stays in the ledger."""
    await session.delete(await _get(session, user, budget_id))


async def take_away(
    session: AsyncSession, user: User, scope: str, scope_id: str, period: str
) -> None:
    """Take the budget of a person, a group or an API key for this period away."""
    await _check(session, user, scope, scope_id)
    if (budget := await _find(session, scope, scope_id, period)) is None:
        raise NotFound(NOT_THERE)
    await remove(session, user, budget.id)


async def person(session: AsyncSession, user: User, login: str) -> User:
    """Whom this user name or e-mail address belongs to, for administrators."""
    access.check(user, Action.ADMINISTER)
    folded = accounts.fold(login.strip())
    theirs = (col(User.username_folded) == folded) | (col(User.email_folded) == folded)
    found = (await session.exec(select(User).where(theirs))).first() if folded else None
    if found is None:
        raise NotFound("There is no such person.", code="user_not_found")
    return found


async def _check(session: AsyncSession, user: User, scope: str, scope_id: str) -> None:
    """Whether this person may see and set the budgets of whatever this is; NotFound, NotAllowed."""
    if scope == Scope.API_KEY:
        await _key(session, user, scope_id)
        return
    access.check(user, Action.ADMINISTER)
    match scope:
        case Scope.ALL:
            pass
        case Scope.USER:
            if scope_id:
                await recipients.person(session, user, scope_id)
        case Scope.GROUP:
            await recipients.group(session, user, scope_id)
        case _:
            names = "all, a user, a group or an api_key"
            raise Invalid(f"A budget is for {names}.", code="scope_unknown")


async def _key(session: AsyncSession, user: User, key_id: str) -> ApiKey:
    """An API key of one's own or, for administrators, of somebody whom they manage."""
    access.check(user, Action.KEYS)
    key = await session.get(ApiKey, key_id) if key_id.isalnum() else None
    if key is not None and key.user_id != user.id and access.may(user, Action.ADMINISTER):
        await recipients.person(session, user, key.user_id)
    elif key is not None and key.user_id != user.id:
        key = None
    if key is None or key.revoked_at is not None:
        raise NotFound("This API key is not there.", code="key_not_found")
    return key


async def _find(session: AsyncSession, scope: str, scope_id: str, period: str) -> Budget | None:
    if period not in tuple(Period):
        raise Invalid("A budget is for a day or a month.", code="period_unknown")
    query = select(Budget).where(
        Budget.scope == scope, Budget.scope_id == scope_id, Budget.period == period
    )
    return (await session.exec(query)).first()


async def _get(session: AsyncSession, user: User, budget_id: str) -> Budget:
    """A budget that this person may change: of their keys, those that they set themselves."""
    budget = await session.get(Budget, budget_id)
    if budget is None or budget.scope != Scope.API_KEY:
        access.check(user, Action.ADMINISTER)
    if budget is None:
        raise NotFound(NOT_THERE)
    if budget.scope == Scope.API_KEY and not access.may(user, Action.ADMINISTER):
        await _key(session, user, budget.scope_id)
        if budget.created_by != user.id:
            raise NotAllowed(OF_ADMINISTRATORS, code="limit_of_administrators")
    elif budget.scope == Scope.USER and budget.scope_id:
        await _check_rank(session, user, budget.scope_id)
    return budget


async def _check_rank(session: AsyncSession, user: User, user_id: str) -> None:
    """Nobody changes what holds for those above them; of somebody deleted everybody may."""
    if await session.get(User, user_id) is not None:
        await recipients.person(session, user, user_id)


async def _standings(session: AsyncSession, scope: str, ids: Sequence[str]) -> list[Standing]:
    query = select(Budget).where(Budget.scope == scope, col(Budget.scope_id).in_(ids))
    rows = (await session.exec(query.order_by(col(Budget.period)))).all()
    return [await budgets.standing(session, row) for row in rows]


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
