"""The list of providers: what is in it, and what is being done."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.providers.presets import presets
from ioverse_app.services import providers
from ioverse_app.services.providers import Changes
from ioverse_app.tables import User
from ioverse_app.ui.admin.provider_items import PresetItem, ProviderItem, TrialItem
from ioverse_app.ui.admin.who import administrator
from ioverse_app.ui.shell import NoticeState

NEW = "new"


class ProvidersState(rx.State):
    """The providers in their order. A key comes with a form, and is never kept here.

    `editing` is the id of the one whose form is open, or `new`; `tested` is a name.
    """

    items: list[ProviderItem] = []
    environment: list[ProviderItem] = []
    kinds: list[PresetItem] = []
    kind: str = "openai"
    address: str = ""
    editing: str = ""
    tested: str = ""
    testing: bool = False
    trials: list[TrialItem] = []
    removing: str = ""
    removing_label: str = ""
    problem: str = ""

    @rx.event
    async def load(self):
        """Read the list."""
        if user := await administrator(self):
            self.kinds = [PresetItem(one.kind, one.label) for one in presets().values()]
            self.editing = self.problem = self.tested = self.removing = self.removing_label = ""
            self.trials, self.testing = [], False
            await self._read(user)

    @rx.event
    async def edit(self, provider_id: str):
        """Open the form of a provider, of a new one, or none."""
        if await administrator(self) is None:
            return
        self.editing, self.problem = str(provider_id), ""
        self._show_usual(self.kind)

    @rx.event
    async def choose(self, kind: str):
        """Show where the servers of this kind usually are."""
        if await administrator(self) is not None:
            self._show_usual(str(kind))

    def _show_usual(self, kind: str) -> None:
        preset = presets().get(kind)
        if preset is not None:
            self.kind, self.address = preset.kind, preset.base_url

    @rx.event
    async def save(self, form: dict[str, str]):
        """Add what the form says, or change the provider that is open."""
        user = await administrator(self)
        if user is None:
            return
        given = Changes(
            label=str(form.get("label", "")) or None,
            base_url=str(form.get("base_url", "")),
            key=str(form.get("key", "")).strip() or None,
        )
        try:
            if self.editing == NEW:
                await providers.add(user, self.kind, given)
            else:
                await providers.change(user, self.editing, given)
        except AppError as error:
            self.problem = error.message
            return
        self.editing = self.problem = ""
        await self._read(user)

    @rx.event
    async def show(self, provider_id: str, enabled: bool):
        """Let people see its models, or not."""
        await self._change(str(provider_id), Changes(enabled=bool(enabled)))

    @rx.event
    async def lift(self, provider_id: str):
        """Put it one place higher."""
        ids = [item.id for item in self.items]
        if str(provider_id) in ids:
            place = max(0, ids.index(str(provider_id)) - 1)
            await self._change(str(provider_id), Changes(place=place))

    @rx.event
    def ask_to_remove(self, provider_id: str = "", label: str = ""):
        """Ask before it is removed; with nothing, do not any more."""
        self.removing, self.removing_label = str(provider_id), str(label)

    @rx.event
    def keep(self, _shown: bool = False):
        """Do not remove it."""
        self.removing = self.removing_label = ""

    @rx.event
    async def remove(self):
        """Remove it."""
        user, provider_id = await administrator(self), self.removing
        self.removing = self.removing_label = ""
        if user is None:
            return None
        await providers.remove(user, provider_id)
        await self._read(user)
        return NoticeState.say("The provider is removed.")

    @rx.event(background=True)
    async def test(self, name: str):
        """Try everything that it may have, and show each result as it comes."""
        async with self:
            user = await administrator(self)
            if user is None or self.testing:
                return
            self.tested, self.testing, self.trials = str(name), True, []
        try:
            async for trial in providers.test(user, str(name)):
                async with self:
                    self.trials = [*self.trials, TrialItem.of(trial)]
        finally:
            async with self:
                self.testing = False

    async def _change(self, provider_id: str, changes: Changes) -> None:
        user = await administrator(self)
        if user is not None:
            await providers.change(user, provider_id, changes)
            await self._read(user)

    async def _read(self, user: User) -> None:
        async with db.reading() as session:
            rows = await providers.every(session, user)
        self.items = [ProviderItem.of(row) for row in rows]
        self.environment = [
            ProviderItem.of_environment(one) for one in providers.of_environment(user)
        ]
