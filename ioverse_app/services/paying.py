"""Who pays for an answer, and with which key; so also: which providers a person can ask."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
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
from ioverse_app.services import budgets
from ioverse_app.tables import GivenKey, GroupMember, PaidBy, ProviderKey, User

REMEMBERED = 5_000

NOT_YOURS = "This model is not open to you. Choose another one."


class Source(StrEnum):
    """Whose key it is."""

    PERSONAL = "personal"
    GIVEN = "given"
    GROUP = "group"
    SERVER = "server"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Key:
    """A provider key that is at hand, and which one it is."""

    secret: str = field(repr=False)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose key pays, and the key; a provider that needs none is paid by nobody."""

    source: Source
    key: str | None = field(default=None, repr=False)
    key_id: str | None = None

    @property
    def account(self) -> budgets.Payer:
        """The same for the ledger, without the key itself. What nobody pays is the server's."""
        paid_by = PaidBy.SERVER if self.source == Source.NONE else PaidBy(self.source.value)
        return budgets.Payer(paid_by, self.key_id)


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a person can pay with: keys by the names of their providers, and their groups.

    Their own `keys` come first, then those `given` to them alone, then those of their groups.
    """

    keys: Mapping[str, Key] = field(default_factory=dict[str, Key])
    given: Mapping[str, Key] = field(default_factory=dict[str, Key])
    group_keys: Mapping[str, Key] = field(default_factory=dict[str, Key])
    groups: frozenset[str] = frozenset()

    def may_use(self, allowed: frozenset[str] | None) -> bool:
        """Whether what is open to these groups is open to this person."""
        return allowed is None or bool(allowed & self.groups)


class Answerer(NamedTuple):
    """Who answers for a model, what is known of it, and who pays."""

    provider: Provider
    profile: Profile
    payer: Payer


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database has for a wallet; the keys are sealed."""

    own: Iterable[ProviderKey] = ()
    given: Iterable[GivenKey] = ()
    groups: frozenset[str] = frozenset()


_wallets: OrderedDict[str, Wallet] = OrderedDict()
_stored: dict[str, _Stored | None] | None = None
"""Everybody's keys and groups as they were at the start; None for who has others since."""


def payer(connection: Connection, wallet: Wallet) -> Payer | None:
    """Which key pays is decided here only.

    One's own, then what an administrator gave to this person, then what one of their groups has,
    then the server's, then none: what runs here is paid by nobody.
    None if this person cannot use the provider: it is not open to them, or nobody has a key.
    """
    if not wallet.may_use(connection.allowed_groups):
        return None
    if connection.takes_keys:
        for source, keys in (
            (Source.PERSONAL, wallet.keys),
            (Source.GIVEN, wallet.given),
            (Source.GROUP, wallet.group_keys),
        ):
            if key := keys.get(connection.name):
                return Payer(source, key.secret, key.id)
        if connection.key:
            return Payer(Source.SERVER, connection.key)
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
    stored = _stored.get(user.id, _Stored()) if _stored is not None else None
    if stored is None:
        if session is None:
            async with db.reading() as reading:
                stored = await _read(reading, user)
        else:
            stored = await _read(session, user)
    wallet = _wallets[user.id] = _wallet(stored)
    while len(_wallets) > REMEMBERED:
        _wallets.popitem(last=False)
    return wallet


async def load() -> None:
    """Read everybody's keys and groups at the start, so that no page has to."""
    global _stored
    own: defaultdict[str, list[ProviderKey]] = defaultdict(list)
    given: defaultdict[str | None, list[GivenKey]] = defaultdict(list)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    async with db.reading() as session:
        for row in await session.exec(select(ProviderKey)):
            own[row.user_id].append(row)
        for row in await session.exec(select(GivenKey).order_by(col(GivenKey.id))):
            given[row.user_id or row.group_id].append(row)
        for row in await session.exec(select(GroupMember)):
            groups[row.user_id].append(row.group_id)
    _wallets.clear()
    _stored = {
        user_id: _Stored(
            own.get(user_id, ()),
            [key for whose in (user_id, *groups.get(user_id, ())) for key in given.get(whose, ())],
            frozenset(groups.get(user_id, ())),
        )
        for user_id in {*own, *groups, *(whose for whose in given if whose)}
    }


def forget(user_id: str) -> None:
    """Read a person's keys and groups again when they are next needed."""
    _wallets.pop(user_id, None)
    if _stored is not None:
        _stored[user_id] = None


def forget_everyone() -> None:
    """The same for everybody."""
    global _stored
    _wallets.clear()
    _stored = None


def forget_after(session: AsyncSession, user_id: str | None = None) -> None:
    """The same, once the session has been committed; for everybody if it is for nobody alone."""

    def committed(_: object) -> None:
        if user_id is None:
            forget_everyone()
        else:
            forget(user_id)

    event.listen(session.sync_session, "after_commit", committed, once=True)


async def _read(session: AsyncSession, user: User) -> _Stored:
    groups = select(col(GroupMember.group_id)).where(GroupMember.user_id == user.id)
    return _Stored(
        list(await session.exec(ProviderKey.visible_to(user))),
        list(await session.exec(GivenKey.used_by(user))),
        frozenset(await session.exec(groups)),
    )


def _wallet(stored: _Stored) -> Wallet:
    return Wallet(
        _unsealed(stored.own),
        _unsealed(row for row in stored.given if row.user_id),
        _unsealed(sorted((row for row in stored.given if row.group_id), key=lambda row: row.id)),
        stored.groups,
    )


def _unsealed(rows: Iterable[ProviderKey | GivenKey]) -> dict[str, Key]:
    """By their providers; where two groups have one for the same, the older one pays."""
    keys: dict[str, Key] = {}
    for row in rows:
        try:
            keys.setdefault(row.provider, Key(security.unseal(row.sealed), row.id))
        except security.SealBroken:
            continue  # SECRET_KEY is another now: the key has to be given again
    return keys
