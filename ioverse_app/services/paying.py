"""Who pays for an answer, and with which key; so also: which providers a person can ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.providers import catalogue, registry
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.errors import ModelNotFound
from ioverse_app.providers.provider import Provider
from ioverse_app.providers.registry import Available
from ioverse_app.tables import ProviderKey, User

FRESH_SECONDS = 300.0
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


_wallets: OrderedDict[str, tuple[float, Wallet]] = OrderedDict()


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
    paid = [(one, payer(one, wallet)) for one in registry.connections()]
    now = await registry.available([registry.made(one, by.key) for one, by in paid if by])
    listed = [registry.as_set(one) for one in (*now.models, *now.ended)]
    shown = [
        model
        for model in listed
        if not (profile := catalogue.profile(model.ref)).hidden
        and wallet.may_use(profile.allowed_groups)
    ]
    return Available(
        models=tuple(model for model in shown if not model.has_ended),
        ended=tuple(model for model in shown if model.has_ended),
        problems=now.problems,
        version=catalogue.version(),
    )


async def default(user: User) -> str:
    """The model for a person who has not chosen; raises ModelNotFound when there is none."""
    return registry.first(await available(user))


async def wallet_of(user: User, session: AsyncSession | None = None) -> Wallet:
    """What this person can pay with, remembered until it changes."""
    known_at, wallet = _wallets.get(user.id, (0.0, None))
    if wallet and time.monotonic() - known_at < FRESH_SECONDS:
        return wallet
    if session is None:
        async with db.reading() as reading:
            wallet = await _read(reading, user)
    else:
        wallet = await _read(session, user)
    _wallets[user.id] = (time.monotonic(), wallet)
    while len(_wallets) > REMEMBERED:
        _wallets.popitem(last=False)
    return wallet


def forget(user_id: str) -> None:
    """Read a person's keys and groups again when they are next needed."""
    _wallets.pop(user_id, None)


def forget_after(session: AsyncSession, user_id: str) -> None:
    """The same, once the session has been committed."""

    def committed(_: object) -> None:
        forget(user_id)

    event.listen(session.sync_session, "after_commit", committed, once=True)


async def _read(session: AsyncSession, user: User) -> Wallet:
    keys: dict[str, str] = {}
    for row in await session.exec(ProviderKey.visible_to(user)):
        try:
            keys[row.provider] = security.unseal(row.sealed)
        except security.SealBroken:
            continue  # SECRET_KEY is another now: the account page asks for the key again
    return Wallet(keys)
