"""Usage as the page draws it: sentences and shares, with nothing left to calculate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ioverse_app.providers import catalogue
from ioverse_app.services import budgets
from ioverse_app.services.budgets import Standing
from ioverse_app.services.usage import DAYS, DayOfModel, Use
from ioverse_app.tables.ledger_entry import today

SERIES = 5
OTHERS = "Others"
MICRO = 1_000_000


def money(micro: int) -> str:
    """Micro-dollars for people: cents, and small amounts more exactly."""
    in_cents = micro >= MICRO or micro % (MICRO // 100) == 0
    return f"${micro / MICRO:,.2f}" if in_cents else f"${micro / MICRO:.4f}"


@dataclass(frozen=True)
class UseItem:
    """A row of a table."""

    name: str
    label: str
    answers: str
    sent: str
    written: str
    cost: str


def uses_of(uses: Sequence[Use]) -> list[UseItem]:
    """The rows, and what they come to."""
    rows = [
        UseItem(
            use.name,
            use.label,
            f"{use.answers:,}",
            f"{use.prompt_tokens:,}",
            f"{use.completion_tokens:,}",
            money(use.cost) if use.cost or not use.unpriced else "not known",
        )
        for use in uses
    ]
    if len(uses) < 2:
        return rows
    total = UseItem(
        "",
        "All",
        f"{sum(use.answers for use in uses):,}",
        f"{sum(use.prompt_tokens for use in uses):,}",
        f"{sum(use.completion_tokens for use in uses):,}",
        money(sum(use.cost for use in uses)),
    )
    return [*rows, total]


@dataclass(frozen=True)
class PartItem:
    """A model's share of a column: its colour, and its height in the chart."""

    series: str
    height: str


@dataclass(frozen=True)
class ColumnItem:
    """A day of the chart."""

    title: str
    parts: list[PartItem]


@dataclass(frozen=True)
class KeyItem:
    """What a colour stands for."""

    series: str
    label: str


@dataclass(frozen=True)
class ChartItem:
    """A chart of days, by model. Nothing was used in it when there is no `legend`."""

    columns: list[ColumnItem] = field(default_factory=list)
    legend: list[KeyItem] = field(default_factory=list)
    first: str = ""
    last: str = ""
    top: str = ""
    about: str = ""


def chart_of(used: Sequence[DayOfModel], days: int = DAYS) -> ChartItem:
    """Money by day and model or, where no price is known, tokens."""
    in_money = any(each.cost for each in used)
    totals: Counter[str] = Counter()
    by_day: dict[date, Counter[str]] = {}
    for each in used:
        amount = each.cost if in_money else each.tokens
        totals[each.model] += amount
        by_day.setdefault(each.day, Counter())[each.model] += amount
    models = [model for model, amount in totals.most_common(SERIES) if amount]
    top = max((sum(day.values()) for day in by_day.values()), default=0)
    if not top:
        return ChartItem()

    def say(amount: int) -> str:
        return money(amount) if in_money else f"{amount:,} tokens"

    every = [today() - timedelta(days=back) for back in range(days - 1, -1, -1)]
    columns = [_column(day, by_day.get(day, Counter()), models, top, say) for day in every]
    legend = [KeyItem(str(i), catalogue.profile(model).label) for i, model in enumerate(models)]
    if sum(totals.values()) > sum(totals[model] for model in models):
        legend.append(KeyItem("other", OTHERS))
    return ChartItem(
        columns,
        legend,
        f"{every[0]:%-d %B}",
        "Today",
        say(top),
        f"{say(sum(totals.values()))} in {days} days, at most {say(top)} a day. "
        "The table below has the numbers.",
    )


def _column(day: date, amounts: Counter[str], models: Sequence[str], top: int, say) -> ColumnItem:
    shares = [(str(i), amounts[model]) for i, model in enumerate(models)]
    shares.append(("other", sum(amounts.values()) - sum(amount for _, amount in shares)))
    parts = [PartItem(name, f"{100 * amount / top:.2f}%") for name, amount in shares if amount]
    return ColumnItem(f"{day:%-d %B}: {say(sum(amounts.values()))}", parts)


@dataclass(frozen=True)
class MeterItem:
    """A budget as it stands."""

    id: str
    name: str
    used: str
    left: str
    percent: int
    width: str
    level: str


def meters_of(standings: Sequence[Standing]) -> list[MeterItem]:
    """A meter for each budget."""
    return [
        MeterItem(
            now.budget.id,
            now.name[:1].upper() + now.name[1:],
            _used(now),
            _left(now),
            min(100, now.percent or 0),
            f"{min(100, now.percent or 0)}%",
            "spent" if now.spent else "near" if now.nearly else "fine",
        )
        for now in standings
    ]


def _used(now: Standing) -> str:
    said: list[str] = []
    budget = now.budget
    if (limit := budget.hard_cost or budget.soft_cost) is not None:
        said.append(f"{money(now.cost)} of {money(limit)}")
    if (limit := budget.hard_tokens or budget.soft_tokens) is not None:
        said.append(f"{now.tokens:,} of {limit:,} tokens")
    return ", ".join(said)


def _left(now: Standing) -> str:
    budget = now.budget
    if now.spent:
        return f"Used up. {budgets.starts_again(budget)}"
    said: list[str] = []
    if budget.hard_cost is not None:
        said.append(money(budget.hard_cost - now.cost))
    if budget.hard_tokens is not None:
        said.append(f"{budget.hard_tokens - now.tokens:,} tokens")
    left = f"{' and '.join(said)} left. " if said else ""
    return left + budgets.starts_again(budget)
