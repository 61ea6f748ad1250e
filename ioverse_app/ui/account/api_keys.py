"""API keys: what one's own programs use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import api_keys as keys
from ioverse_app.services import budget_list
from ioverse_app.services.api_keys import Scope
from ioverse_app.services.budgets import Standing
from ioverse_app.tables import ApiKey, now
from ioverse_app.tables import Scope as BudgetScope
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, field, problem
from ioverse_app.ui.settings.secret_form import SecretForm, check, typed
from ioverse_app.ui.settings.times import ago, exact
from ioverse_app.ui.shell import NoticeState, ShellState
from ioverse_app.ui.shell.confirm import confirm
from ioverse_app.ui.usage import MeterItem, limit_form, limits_of, meter, periods_of

LASTS = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "It does not expire"))


@dataclass(frozen=True)
class KeyItem:
    """A line of the list of keys."""

    id: str
    name: str
    terms: str
    used: str
    used_at: str
    limits: list[MeterItem]

    @classmethod
    def of(cls, row: ApiKey, limits: Sequence[Standing]) -> KeyItem:
        """This key, and what limits it."""
        return cls(
            row.id,
            row.name,
            f"…{row.last4} · {_terms(row)}",
            f"Used {ago(row.last_used_at)}" if row.last_used_at else "Never used",
            exact(row.last_used_at),
            periods_of(limits),
        )


class ApiKeysState(rx.State):
    """The keys of the person, the one that is limited, and the one that they are asked about."""

    keys: list[KeyItem] = []
    chosen_id: str = ""
    problem: str = ""
    question: str = ""
    _asked_id: str = ""

    @rx.event
    async def load(self):
        """Read them."""
        if user := await current_user(self):
            async with db.reading() as session:
                limits = await budget_list.of_keys(session, user)
                rows = await keys.of(session, user)
            self.keys = [KeyItem.of(row, limits.get(row.id, ())) for row in rows]

    @rx.event
    def choose(self, key_id: str):
        """Open the limits of a key, or close them."""
        self.chosen_id = "" if self.chosen_id == key_id else str(key_id)
        self.problem = ""

    @rx.event
    async def limit(self, form: dict[str, str]):
        """Limit what the key that is open may use."""
        if not (user := await current_user(self)):
            return None
        self.problem = ""
        try:
            limits, period = limits_of(form), str(form.get("period", ""))
            async with db.transaction() as session:
                await budget_list.put(
                    session, user, BudgetScope.API_KEY, self.chosen_id, period, limits
                )
        except AppError as error:
            self.problem = error.message
            return None
        return ApiKeysState.load

    @rx.event
    async def unlimit(self, budget_id: str):
        """Take a limit away."""
        if not (user := await current_user(self)):
            return None
        self.problem = ""
        try:
            async with db.transaction() as session:
                await budget_list.remove(session, user, str(budget_id))
        except AppError as error:
            self.problem = error.message
            return None
        return ApiKeysState.load

    @rx.event
    def ask(self, key_id: str, name: str):
        """Ask before a key is deleted."""
        self._asked_id, self.question = str(key_id), f"Delete the key “{str(name)[:60]}”?"

    @rx.event
    def keep(self):
        """Do not delete it after all."""
        self._asked_id = self.question = ""

    @rx.event
    async def delete(self):
        """Delete the key that was asked about."""
        key_id = self._asked_id
        self.keep()
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await keys.revoke(session, user, key_id)
        except AppError as error:
            return NoticeState.say(error.message)
        return ApiKeysState.load


def api_keys() -> rx.Component:
    """Make a key, and see and delete those that there are."""
    return rx.el.div(
        card(
            "New key",
            SecretForm.create(
                typed("Name", "name", max_length=keys.NAME_MAX, required=True),
                rx.el.fieldset(
                    rx.el.legend("What it may do"),
                    rx.el.div(
                        *[_scope(scope) for scope in Scope if scope != Scope.ADMIN],
                        rx.cond(ShellState.is_admin, _scope(Scope.ADMIN)),
                        class_name="checks",
                    ),
                ),
                rx.el.div(
                    field(
                        "Expires after",
                        rx.el.select(
                            *[rx.el.option(label, value=days) for days, label in LASTS],
                            name="days",
                            default_value="90",
                            class_name="field",
                            custom_attrs={"data-kind": "number"},
                        ),
                    ),
                    typed(
                        "Only from these IP addresses (optional)",
                        "addresses",
                        kind="words",
                        placeholder="203.0.113.7, 10.0.0.0/8",
                        auto_complete="off",
                    ),
                    class_name="two",
                ),
                check("Requests must be signed with it (HMAC)", "signs", kind="flag"),
                action="/api/keys",
                button="Create key",
                shows="secret",
                label="API key",
                on_done=ApiKeysState.load,
            ),
            about="A program sends it as its Bearer token. The OpenAI SDK takes it as api_key.",
        ),
        card(
            "Keys",
            rx.cond(
                ApiKeysState.keys,
                rx.el.ul(rx.foreach(ApiKeysState.keys, _key), class_name="rows"),
                rx.el.p("There is no key yet.", class_name="about"),
            ),
        ),
        confirm(
            ApiKeysState.question,
            "Programs that use it are refused from then on.",
            on_yes=ApiKeysState.delete,
            on_no=ApiKeysState.keep,
        ),
        on_mount=ApiKeysState.load,
    )


def _scope(scope: Scope) -> rx.Component:
    chosen = scope in (Scope.READ, Scope.CHAT)
    return check(scope.value.title(), "scopes", kind="list", value=scope.value, checked=chosen)


def _key(item: rx.Var[KeyItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.name),
            rx.el.span(item.terms, class_name="muted"),
            rx.el.span(item.used, title=item.used_at, class_name="muted"),
        ),
        rx.el.div(
            rx.el.button(
                "Limits",
                type="button",
                aria_label=f"Limits of {item.name}",
                aria_expanded=ApiKeysState.chosen_id == item.id,
                class_name="button small",
                on_click=ApiKeysState.choose(item.id),
            ),
            rx.el.button(
                "Delete",
                type="button",
                class_name="button small",
                on_click=ApiKeysState.ask(item.id, item.name),
            ),
            class_name="actions",
        ),
        rx.cond(ApiKeysState.chosen_id == item.id, _limits(item)),
        key=item.id,
        class_name="opens",
    )


def _limits(item: rx.Var[KeyItem]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "At a limit the key is refused until the day or the month (UTC) is over, "
            "whoever pays for its answers.",
            class_name="about",
        ),
        rx.el.ul(rx.foreach(item.limits, _limit), class_name="rows budget-rows"),
        limit_form(ApiKeysState.limit, item.name),
        problem(ApiKeysState.problem),
        class_name="panel allowance",
    )


def _limit(limit: rx.Var[MeterItem]) -> rx.Component:
    return rx.el.li(
        meter(limit),
        rx.el.button(
            "Remove",
            type="button",
            aria_label=f"Remove the limit for {limit.name}",
            class_name="button small",
            on_click=ApiKeysState.unlimit(limit.id),
        ),
        key=limit.id,
    )


def _terms(row: ApiKey) -> str:
    parts = [", ".join(row.scopes)]
    if row.sealed is not None:
        parts.append("signed requests")
    if row.networks:
        parts.append(f"from {', '.join(row.networks)}")
    if row.expires_at is None:
        parts.append("does not expire")
    else:
        verb = "expired" if row.expires_at <= now() else "expires"
        parts.append(f"{verb} on {row.expires_at:%-d %B %Y}")
    return " · ".join(parts)
