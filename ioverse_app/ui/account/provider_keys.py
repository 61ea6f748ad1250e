"""One's own provider keys: given, replaced, forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import provider_keys
from ioverse_app.services.provider_keys import Place
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, problem
from ioverse_app.ui.shell import NoticeState


@dataclass(frozen=True)
class KeyItem:
    """A provider that takes keys, and what is known of the one that was given."""

    name: str
    label: str
    about: str
    keys_at: str
    given: bool

    @classmethod
    def of(cls, place: Place) -> KeyItem:
        """This provider as the list shows it."""
        return cls(place.name, place.label, _about(place), place.keys_at, bool(place.last4))


class ProviderKeysState(rx.State):
    """The list. A key itself is never kept here: it comes with the form and goes to be tried."""

    items: list[KeyItem] = []
    editing: str = ""
    busy: bool = False
    problem: str = ""

    @rx.event
    async def load(self):
        """Read the list."""
        if user := await current_user(self):
            self.editing, self.problem, self.busy = "", "", False
            await self._read(user)

    @rx.event
    def edit(self, name: str):
        """Ask for a key, or not any more."""
        self.editing, self.problem = str(name), ""

    @rx.event(background=True)
    async def give(self, form: dict[str, str]):
        """Try the key with its provider, and keep it."""
        async with self:
            user, name = await current_user(self), self.editing
            if user is None or self.busy:
                return
            self.busy, self.problem = True, ""
        said = ""
        try:
            place, opened = await provider_keys.give(user, name, str(form.get("key", "")))
            said = f"{place.label} took the key: {opened} models. It is kept."
        except AppError as error:
            async with self:
                self.problem = error.message
        finally:
            async with self:
                self.busy = False
                await self._read(user)
                if said:
                    self.editing = ""
        if said:
            yield NoticeState.say(said)

    @rx.event
    async def remove(self, name: str):
        """Forget a key."""
        user = await current_user(self)
        if user is None:
            return None
        async with db.transaction() as session:
            await provider_keys.remove(session, user, str(name))
        self.editing = ""
        await self._read(user)
        return NoticeState.say("The key is forgotten.")

    async def _read(self, user: User) -> None:
        async with db.reading() as session:
            self.items = [KeyItem.of(one) for one in await provider_keys.places(session, user)]


def keys() -> rx.Component:
    """Every provider that takes keys."""
    return rx.el.div(
        card(
            "Your own keys",
            rx.el.ul(rx.foreach(ProviderKeysState.items, _row), class_name="rows"),
            about=(
                "With a key of your own, answers are paid by your account at the provider, and "
                "you see every model that it opens. Keys are kept sealed; nobody can read them "
                "back."
            ),
        ),
        on_mount=ProviderKeysState.load,
    )


def _row(item: KeyItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.label),
            rx.el.span(item.about, class_name="about"),
            rx.cond(ProviderKeysState.editing == item.name, _form(item)),
            class_name="grow",
        ),
        rx.cond(
            ProviderKeysState.editing == item.name,
            rx.fragment(),
            rx.el.div(
                rx.el.button(
                    rx.cond(item.given, "Replace", "Add key"),
                    rx.el.span(" for ", item.label, class_name="visually-hidden"),
                    type="button",
                    class_name="button small",
                    on_click=ProviderKeysState.edit(item.name),
                ),
                rx.cond(
                    item.given,
                    rx.el.button(
                        "Remove",
                        rx.el.span(" the key for ", item.label, class_name="visually-hidden"),
                        type="button",
                        class_name="button small quiet",
                        on_click=ProviderKeysState.remove(item.name),
                    ),
                ),
                class_name="actions",
            ),
        ),
    )


def _form(item: KeyItem) -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="key",
            type="password",
            auto_complete="off",
            auto_focus=True,
            required=True,
            aria_label=f"Key for {item.label}",
            placeholder="Paste the key",
            class_name="field",
        ),
        problem(ProviderKeysState.problem),
        rx.el.div(
            rx.cond(
                item.keys_at != "",
                rx.el.a(
                    "Get a key",
                    href=item.keys_at,
                    target="_blank",
                    rel="noreferrer",
                    class_name="button small quiet",
                ),
            ),
            rx.el.button(
                "Cancel",
                type="button",
                class_name="button small",
                on_click=ProviderKeysState.edit(""),
            ),
            rx.el.button(
                rx.cond(ProviderKeysState.busy, "Trying it…", "Save key"),
                type="submit",
                disabled=ProviderKeysState.busy,
                class_name="button small primary",
            ),
            class_name="actions",
        ),
        on_submit=ProviderKeysState.give,
        class_name="inline-form",
    )


def _about(place: Place) -> str:
    if place.added_at is not None:
        return f"Your key ends in {place.last4}, added {place.added_at:%-d %B %Y}"
    if place.served:
        return "No key of yours. It can be used here without."
    return "No key"
