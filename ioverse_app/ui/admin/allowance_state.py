"""What a group or a person is given: limits and provider keys."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import budget_list, given_keys
from ioverse_app.services.provider_keys import Place
from ioverse_app.tables import Scope, User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.shell import NoticeState
from ioverse_app.ui.usage import MeterItem, limits_of, periods_of


@dataclass(frozen=True)
class GivenItem:
    """A provider that takes keys, and what is known of the one that was given."""

    name: str
    label: str
    about: str

    @classmethod
    def of(cls, place: Place) -> GivenItem:
        """This provider as the list shows it."""
        about = f"ends in {place.last4}" if place.last4 else ""
        return cls(place.name, place.label, about)


class AllowanceState(rx.State):
    """Whoever is open now. A key itself is never kept here: it comes with the form."""

    budgets: list[MeterItem] = []
    keys: list[GivenItem] = []
    providers: list[GivenItem] = []
    problem: str = ""
    key_problem: str = ""
    busy: bool = False
    _scope: str = ""
    _id: str = ""

    @rx.event
    async def open_person(self, user_id: str):
        """Show what a person is given."""
        await self._open(Scope.USER, str(user_id))

    @rx.event
    async def open_group(self, group_id: str):
        """Show what a group is given."""
        await self._open(Scope.GROUP, str(group_id))

    @rx.event
    async def limit(self, form: dict[str, str]):
        """Set a limit, in place of the one for the same period."""
        actor = await administrator(self)
        try:
            limits, period = limits_of(form), str(form.get("period", ""))
            async with db.transaction() as session:
                await budget_list.put(session, actor, self._scope, self._id, period, limits)
        except AppError as error:
            self.problem = error.message
            return
        await self._read(actor)

    @rx.event
    async def unlimit(self, budget_id: str):
        """Take a limit away."""
        actor = await administrator(self)
        async with db.transaction() as session:
            await budget_list.remove(session, actor, str(budget_id))
        await self._read(actor)

    @rx.event(background=True)
    async def give(self, form: dict[str, str]):
        """Try a key with its provider, and give it."""
        async with self:
            actor, whose = await administrator(self), self._whose()
            if self.busy:
                return
            self.busy, self.key_problem = True, ""
        said = problem = ""
        try:
            provider, key = str(form.get("provider", "")), str(form.get("key", ""))
            place, opened = await given_keys.give(actor, provider, key, **whose)
            said = f"{place.label} took the key: {opened} models. It is kept."
        except AppError as error:
            problem = error.message
        finally:
            async with self:
                self.busy = False
        async with self:
            if self._whose() == whose:
                await self._read(actor)
                self.key_problem = problem
        if said:
            yield NoticeState.say(said)

    @rx.event
    async def take_back(self, provider: str):
        """Take a key back."""
        actor = await administrator(self)
        async with db.transaction() as session:
            to = await given_keys.recipient(session, actor, **self._whose())
            await given_keys.remove(session, actor, to, str(provider))
        await self._read(actor)

    async def _open(self, scope: str, whose: str) -> None:
        actor = await administrator(self)
        self._scope, self._id = scope, whose
        self.budgets, self.keys, self.providers = [], [], []
        await self._read(actor)

    def _whose(self) -> dict[str, str]:
        return {"user_id" if self._scope == Scope.USER else "group_id": self._id}

    async def _read(self, actor: User) -> None:
        async with db.reading() as session:
            to = await given_keys.recipient(session, actor, **self._whose())
            stand = await budget_list.of(session, actor, self._scope, self._id)
            places = await given_keys.places(session, to)
        self.budgets, self.problem, self.key_problem = periods_of(stand), "", ""
        self.keys = [GivenItem.of(place) for place in places if place.last4]
        self.providers = [GivenItem.of(place) for place in places]
