"""API keys: what one's own programs use."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import api_keys as keys
from ioverse_app.services.api_keys import Scope
from ioverse_app.tables import ApiKey, now
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, field
from ioverse_app.ui.settings.secret_form import SecretForm, check, typed
from ioverse_app.ui.settings.times import ago, exact
from ioverse_app.ui.shell import NoticeState, ShellState
from ioverse_app.ui.shell.confirm import confirm

LASTS = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "It does not expire"))


@dataclass(frozen=True)
class KeyItem:
    """A line of the list of keys."""

    id: str
    name: str
    terms: str
    used: str
    used_at: str

    @classmethod
    def of(cls, row: ApiKey) -> KeyItem:
        """This key."""
        return cls(
            row.id,
            row.name,
            f"…{row.last4} · {_terms(row)}",
            f"Used {ago(row.last_used_at)}" if row.last_used_at else "Never used",
            exact(row.last_used_at),
        )


class ApiKeysState(rx.State):
    """The keys of the person, and the one that they are asked about."""

    keys: list[KeyItem] = []
    question: str = ""
    _asked_id: str = ""

    @rx.event
    async def load(self):
        """Read them."""
        if user := await current_user(self):
            async with db.reading() as session:
                self.keys = [KeyItem.of(row) for row in await keys.of(session, user)]

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
        rx.el.button(
            "Delete",
            type="button",
            class_name="button small",
            on_click=ApiKeysState.ask(item.id, item.name),
        ),
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
