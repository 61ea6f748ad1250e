"""The budgets on the screen, and what administrators do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import access, budget_list
from ioverse_app.services.access import Action
from ioverse_app.services.budgets import Standing
from ioverse_app.services.usage import DELETED
from ioverse_app.tables import Budget, Scope, User, new_id
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.shell import NoticeState
from ioverse_app.ui.usage.items import MICRO, MeterItem, meters_of
from ioverse_app.ui.usage.limits import limits_of

EACH = "each"
NOTHING = {"hard_cost": "", "soft_cost": "", "hard_tokens": ""}


@dataclass(frozen=True)
class BudgetItem:
    """A budget in the list, and its limits as one types them."""

    meter: MeterItem
    hard_cost: str
    soft_cost: str
    hard_tokens: str


class BudgetsState(rx.State):
    """Every budget, the one that is being changed, and the one that may go.

    `form` is another one for each new form, so that it forgets what was typed.
    """

    loaded: bool = False
    items: list[BudgetItem] = []
    scope: str = Scope.ALL
    limits: dict[str, str] = NOTHING
    changing: str = ""
    changing_name: str = ""
    question: str = ""
    problem: str = ""
    form: str = ""
    _removing: str = ""

    @rx.event
    async def load(self):
        """Read them, for administrators."""
        user = await current_user(self)
        if user is not None and access.may(user, Action.ADMINISTER):
            self._reset_form()
            await self._read(user)

    @rx.event
    def choose(self, scope: str):
        """Whose the next one is."""
        self.scope = str(scope)

    @rx.event
    async def add(self, form: dict[str, str]):
        """Set a new one."""
        user = await current_user(self)
        if user is None:
            return None
        scope = str(form.get("scope", ""))
        try:
            limits = limits_of(form)
            async with db.transaction() as session:
                whose = ""
                if scope == Scope.USER:
                    person = str(form.get("person", ""))
                    whose = (await budget_list.person(session, user, person)).id
                scope = Scope.USER if scope == EACH else scope
                period = str(form.get("period", ""))
                await budget_list.add(session, user, scope, whose, period, limits)
        except AppError as error:
            self.problem = error.message
            return None
        self._reset_form()
        await self._read(user)
        return NoticeState.say("The budget is set.")

    @rx.event
    def begin_change(self, budget_id: str):
        """Put the limits of one into the form."""
        for item in self.items:
            if item.meter.id == budget_id:
                self.changing, self.changing_name = item.meter.id, item.meter.name
                self.limits = {name: getattr(item, name) for name in NOTHING}
                self.problem, self.form = "", new_id()

    @rx.event
    def end_change(self):
        """Back to the empty form."""
        self._reset_form()

    @rx.event
    async def save(self, form: dict[str, str]):
        """Give the one that is being changed these limits."""
        if not (user := await current_user(self)):
            return None
        try:
            limits = limits_of(form)
            async with db.transaction() as session:
                await budget_list.change(session, user, self.changing, limits)
        except AppError as error:
            self.problem = error.message
            return None
        self._reset_form()
        await self._read(user)
        return NoticeState.say("The budget is changed.")

    @rx.event
    def ask(self, budget_id: str):
        """Ask before one is removed."""
        for item in self.items:
            if item.meter.id == budget_id:
                self._removing = item.meter.id
                self.question = f"Remove “{item.meter.name}”?"

    @rx.event
    def keep(self):
        """Leave it."""
        self.question = self._removing = ""

    @rx.event
    async def remove(self):
        """Take it away."""
        budget_id, self.question, self._removing = self._removing, "", ""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await budget_list.remove(session, user, budget_id)
        except AppError as error:
            return NoticeState.say(error.message)
        self._reset_form()
        await self._read(user)
        return NoticeState.say("The budget is removed.")

    def _reset_form(self) -> None:
        self.changing = self.changing_name = self.problem = ""
        self.scope, self.limits, self.form = Scope.ALL, dict(NOTHING), new_id()

    async def _read(self, user: User) -> None:
        async with db.reading() as session:
            standings = await budget_list.listed(session, user)
            names = await budget_list.names(session, standings)
        self.items = [
            _item(now, meter, names)
            for now, meter in zip(standings, meters_of(standings), strict=True)
        ]
        self.loaded = True


def _item(now: Standing, meter: MeterItem, names: Mapping[str, str]) -> BudgetItem:
    budget = now.budget
    period = "Each day" if budget.period == "day" else "Each month"
    name = f"{period}, {_whose(budget, names)}"
    if budget.scope == Scope.USER and not budget.scope_id:
        meter = replace(meter, used=meter.used.split(" of ", 1)[-1], left="For each one alone.")
    return BudgetItem(
        replace(meter, name=name),
        _dollars(budget.hard_cost),
        _dollars(budget.soft_cost),
        "" if budget.hard_tokens is None else str(budget.hard_tokens),
    )


def _whose(budget: Budget, names: Mapping[str, str]) -> str:
    match Scope(budget.scope):
        case Scope.ALL:
            return "everyone together"
        case Scope.USER:
            return names.get(budget.scope_id, DELETED) if budget.scope_id else "each person"
        case Scope.GROUP:
            return f"the group {names.get(budget.scope_id, DELETED)}"
        case Scope.API_KEY:
            return f"the API key {names.get(budget.scope_id, DELETED)}"


def _dollars(micro: int | None) -> str:
    return "" if micro is None else f"{Decimal(micro) / MICRO:f}"
