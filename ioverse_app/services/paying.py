"""Who pays for an answer, and with which key; so also: which providers a person can ask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import event
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.providers import catalogue, registry
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.errors import ModelNotFound
from ioverse_app.providers.provider import Provider
from ioverse_app.providers.registry import Available
from ioverse_app.tables import ProviderKey, User

REMEMBERED = 5_000

NOT_YOURS = "This model is not open to you. Choose another one."


class Source(StrEnum):
    """Whose key it is."""

    PERSONAL = "personal"
    GROUP = "group"
    SERVER = "server"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose key pays, and the key; a provider that needs none is paid by nobody."""

    source: Source
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a person can pay with: keys by the names of their providers, and their groups."""

    keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    group_keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    groups: frozenset[str] = frozenset()

    def may_use(self, allowed: frozenset[str] | None) -> bool:
        """Whether what is open to these groups is open to this person."""
        return allowed is None or bool(allowed & self.groups)


class Answerer(NamedTuple):
    """Who answers for a model, what is known of it, and who pays."""

    provider: Provider
    profile: Profile
    payer: Payer


_wallets: OrderedDict[str, Wallet] = OrderedDict()
_sealed: dict[str, list[ProviderKey] | None] | None = None
"""Everybody's sealed keys as they were at the start; None for who has changed theirs since."""


def payer(connection: Connection, wallet: Wallet) -> Payer | None:
    """Which key pays is decided here only: one's own, one's group's, the server's, or none.

    None if this person cannot use the provider: it is not open to them, or nobody has a key.
    """
    if not wallet.may_use(connection.allowed_groups):
        return None
    if connection.takes_keys:
        for source, key in (
            (Source.PERSONAL, wallet.keys.get(connection.name)),
            (Source.GROUP, wallet.group_keys.get(connection.name)),
            (Source.SERVER, connection.key),
        ):
            if key:
                return Payer(source, key)
    return None if connection.needs_key else Payer(Source.NONE)


async def find(user: User, ref: str, session: AsyncSession | None = None) -> Answerer:
    """Who answers this person for `<provider>/<model>`; raises ModelNotFound."""
    wallet = await wallet_of(user, session)
    name, _, model = ref.partition("/")
    connection = next((one for one in registry.connections() if one.name == name), None)
    paid = payer(connection, wallet) if connection and model else None
    if connection is None or paid is None:
        raise ModelNotFound(registry.NOT_CONNECTED, ref=ref)
    profile = catalogue.profile(ref)
    if not wallet.may_use(profile.allowed_groups):
        raise ModelNotFound(NOT_YOURS, ref=ref)
    return Answerer(registry.made(connection, paid.key), profile, paid)


async def available(user: User) -> Available:
    """The models that this person can pick now."""
    wallet = await wallet_of(user)
    now = await registry.available(await providers(user))
    listed = [registry.as_set(one) for one in (*now.models, *now.ended, *now.drawing)]
    shown = [
        model
        for model in listed
        if not (profile := catalogue.profile(model.ref)).hidden
        and wallet.may_use(profile.allowed_groups)
    ]
    return Available(
        models=tuple(model for model in shown if not (model.draws or model.has_ended)),
        ended=tuple(model for model in shown if not model.draws and model.has_ended),
        drawing=tuple(model for model in shown if model.draws and not model.has_ended),
        problems=now.problems,
        version=catalogue.version(),
    )


async def providers(user: User) -> list[Provider]:
    """The providers that this person can ask, each with the key that pays."""
    wallet = await wallet_of(user)
    paid = [(one, payer(one, wallet)) for one in registry.connections()]
    return [registry.made(one, by.key) for one, by in paid if by]


async def default(user: User) -> str:
    """The model for a person who has not chosen; raises ModelNotFound when there is none."""
    return registry.first(await available(user))


async def wallet_of(user: User, session: AsyncSession | None = None) -> Wallet:
    """What this person can pay with, remembered until it changes: pages are opened often."""
    if wallet := _wallets.get(user.id):
        _wallets.move_to_end(user.id)
        return wallet
    if not any(one.takes_keys for one in registry.connections()):
        return Wallet()
    rows = [] if _sealed is None else _sealed.get(user.id, [])
    if _sealed is None or rows is None:
        if session is None:
            async with db.reading() as reading:
                rows = await _read(reading, user)
        else:
            rows = await _read(session, user)
    wallet = _wallets[user.id] = Wallet(_unsealed(rows))
    while len(_wallets) > REMEMBERED:
        _wallets.popitem(last=False)
    return wallet


async def load() -> None:
    """Read everybody's sealed keys at the start, so that no page has to."""
    global _sealed
    found: dict[str, list[ProviderKey] | None] = {}
    async with db.reading() as session:
        rows = await session.exec(select(ProviderKey).order_by(col(ProviderKey.user_id)))
        for user_id, theirs in groupby(rows, key=lambda row: row.user_id):
            found[user_id] = list(theirs)
    _wallets.clear()
    _sealed = found


def forget(user_id: str) -> None:
    """Read a person's keys and groups again when they are next needed."""
    _wallets.pop(user_id, None)
    if _sealed is not None:
        _sealed[user_id] = None


def forget_after(session: AsyncSession, user_id: str) -> None:
    """The same, once the session has been committed."""

    def committed(_: object) -> None:
        forget(user_id)

    event.listen(session.sync_session, "after_commit", committed, once=True)


async def _read(session: AsyncSession, user: User) -> list[ProviderKey]:
    return list(await session.exec(ProviderKey.visible_to(user)))


def _unsealed(rows: Iterable[ProviderKey]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for row in rows:
        try:
            keys[row.provider] = security.unseal(row.sealed)
        except security.SealBroken:
            continue  # SECRET_KEY is another now: the key has to be given again
    return keys
