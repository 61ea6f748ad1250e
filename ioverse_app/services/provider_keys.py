"""Provider keys: what a person pays a provider with. Kept sealed, tried before they are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.providers import registry, trials
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.errors import KeyRefused
from ioverse_app.services import access, audit, guesses, paying
from ioverse_app.services.access import Action
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import GivenKey, ProviderKey, User

LONGEST = 500
NO_PROVIDER = "There is no such provider here."
NO_KEY = "You have no key for this provider."
REFUSED = "The provider refused the key."
WORKS = "This key works."


@dataclass(frozen=True, slots=True)
class Place:
    """A provider that takes keys, and the one that a person has given, by its last 4 characters.

    `served` says whether it can be used without one.
    """

    name: str
    label: str
    keys_at: str = ""
    served: bool = False
    last4: str = ""
    added_at: datetime | None = None


def check(key: str) -> str:
    """The key as it will be kept; empty if none was given. Invalid if it cannot be one."""
    key = key.strip()
    if key and not (8 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise refusal("provider_key_unusable")
    if " " in key:
        raise refusal("provider_key_unusable")
    return key


async def places(session: AsyncSession, user: User) -> list[Place]:
    """Every provider that this person can give a key for, with the keys that are there."""
    rows = {row.provider: row for row in await session.exec(ProviderKey.visible_to(user))}
    wallet = await paying.wallet_of(user, session)
    without = replace(wallet, keys={})
    return [
        shown(one, rows.get(one.name), served=paying.payer(one, without) is not None)
        for one in registry.connections()
        if one.takes_keys and (one.name in rows or wallet.may_use(one.allowed_groups))
    ]


def shown(
    connection: Connection, row: ProviderKey | GivenKey | None, *, served: bool | None = None
) -> Place:
    """A provider with the key that is there. It is `served` by the server, if nobody else says."""
    if served is None:
        served = bool(connection.key) or not connection.needs_key
    return Place(
        connection.name,
        connection.label,
        connection.preset.keys_at if connection.preset else "",
        served=served,
        last4=row.last4 if row else "",
        added_at=row.updated_at if row else None,
    )


async def place(session: AsyncSession, user: User, provider: str) -> Place:
    """One of them. NotFound if the provider is not there, or takes no keys."""
    for one in await places(session, user):
        if one.name == provider:
            return one
    raise NotFound(NO_PROVIDER)


async def give(user: User, provider: str, key: str) -> tuple[Place, int]:
    """Try a key, then keep it in place of the one before; how many models it opens.

    Invalid if it cannot be one, a ProviderError with the provider's own sentence if it is refused.
    It opens its own transaction, since a provider may take its time.
    """
    async with db.reading() as session:
        await place(session, user, provider)
    key = check(key)
    if not key:
        raise Invalid("Paste the key first.", code="provider_key_missing")
    found = await tried(provider, key)
    async with db.transaction() as session:
        await keep(session, user, provider, key)
        return await place(session, user, provider), found


async def tried(provider: str, key: str) -> int:
    """How many models a key opens; a ProviderError says why it does not work."""
    try:
        return await trials.key(named(provider), key)
    except KeyRefused as refused:
        said = refused.details.get("provider_said")
        raise KeyRefused(f"{REFUSED} It said: “{said}”" if said else REFUSED) from refused


async def tried_by_stranger(key: str, *, address: str) -> str:
    """What to tell of a key for a new account; a ProviderError says why it does not work.

    A key that is refused counts as a wrong guess of this address: TooMany after ten.
    """
    key = check(key)
    place = f"key {guesses.household(address)}"
    guesses.check(place)
    try:
        await tried(first(), key)
    except KeyRefused:
        guesses.add(place)
        raise
    return WORKS


def first() -> str:
    """The provider that the key of a new account is for: the environment's, or else OpenAI."""
    ours = (one for one in registry.connections() if one.takes_keys)
    return next((one.name for one in ours if one.source == "environment"), "openai")


async def keep(session: AsyncSession, user: User, provider: str, key: str) -> ProviderKey:
    """Seal and store a user's key for a provider, in place of the one before."""
    access.check(user, Action.KEYS)
    row = await _row(session, user, provider) or ProviderKey(
        user_id=user.id, provider=provider, sealed="", last4=""
    )
    row.sealed, row.last4 = security.seal(key), key[-4:]
    session.add(row)
    await session.flush()
    paying.forget_after(session, user.id)
    await audit.note(session, user, "key.kept", kind="provider", id=provider)
    return row


async def remove(session: AsyncSession, user: User, provider: str) -> None:
    """Forget a user's key for a provider. NotFound if there is none."""
    row = await _row(session, user, provider)
    if row is None:
        raise NotFound(NO_KEY)
    await session.delete(row)
    await session.flush()
    paying.forget_after(session, user.id)
    await audit.note(session, user, "key.removed", kind="provider", id=provider)


def named(provider: str) -> Connection:
    """The provider of this name that takes keys; raises NotFound."""
    for one in registry.connections():
        if one.name == provider and one.takes_keys:
            return one
    raise NotFound(NO_PROVIDER)


async def _row(session: AsyncSession, user: User, provider: str) -> ProviderKey | None:
    statement = ProviderKey.visible_to(user).where(ProviderKey.provider == provider)
    return (await session.exec(statement)).first()
