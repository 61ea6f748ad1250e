"""Providers that administrators add: which there are, in which order, and who may use them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.providers import registry, trials
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.presets import presets
from ioverse_app.providers.trials import Trial
from ioverse_app.services import access, addresses, connections, paying, provider_keys
from ioverse_app.services.access import Action
from ioverse_app.tables import GivenKey, Provider, ProviderKey, User

MOST = 100
LONGEST_LABEL = 64


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be another; None leaves it as it is. An empty `key` takes the key away."""

    label: str | None = None
    base_url: str | None = None
    key: str | None = None
    enabled: bool | None = None
    place: int | None = None
    allowed_groups: Sequence[str] | None = None
    for_everyone: bool = False


async def every(session: AsyncSession, user: User) -> list[Provider]:
    """Every provider that was added, in its order. NotAllowed for those who do not administer."""
    access.check(user, Action.ADMINISTER)
    return list(await session.exec(Provider.administered_by(user)))


def of_environment(user: User) -> list[Connection]:
    """Those that the environment names, which can be tried here and not changed."""
    access.check(user, Action.ADMINISTER)
    return [one for one in registry.connections() if one.source == "environment"]


async def get(session: AsyncSession, user: User, provider_id: str) -> Provider:
    """One that was added; raises NotFound."""
    access.check(user, Action.ADMINISTER)
    found = Provider.administered_by(user).where(Provider.id == provider_id)
    row = (await session.exec(found)).first()
    if row is None:
        raise NotFound("This provider is not there. It may have been removed.")
    return row


async def add(user: User, kind: str, given: Changes) -> Provider:
    """Add a provider by its preset, below those that are there. Invalid says what is missing."""
    async with db.transaction() as session:
        row = await _add(session, user, kind, given)
    await connections.load()
    return row


async def change(user: User, provider_id: str, given: Changes) -> Provider:
    """Change some of it; see `Changes`."""
    async with db.transaction() as session:
        row = await get(session, user, provider_id)
        _apply(row, given)
        if given.place is not None:
            await _put(session, user, row, given.place)
        session.add(row)
    await connections.load()
    return row


async def remove(user: User, provider_id: str) -> None:
    """Remove it, with its key and everybody's own. What it has answered stays.

    A provider that still waits for anybody's own key keeps those that it has.
    """
    async with db.transaction() as session:
        row = await get(session, user, provider_id)
        if row.name not in presets():
            await session.exec(delete(ProviderKey).where(col(ProviderKey.provider) == row.name))
            await session.exec(delete(GivenKey).where(col(GivenKey.provider) == row.name))
            paying.forget_after(session)
        await session.delete(row)
    await connections.load()


async def test(user: User, name: str) -> AsyncGenerator[Trial, None]:
    """Try everything that a provider may have, with the server's key; one result after another."""
    access.check(user, Action.ADMINISTER)
    connection = await _tested(user, name)
    async with aclosing(trials.run(connection, connection.key)) as found:
        async for trial in found:
            yield trial


async def _add(session: AsyncSession, user: User, kind: str, given: Changes) -> Provider:
    rows = await every(session, user)
    preset = presets().get(kind)
    if preset is None:
        raise Invalid("Choose one of the presets.", code="preset_unknown")
    if len(rows) >= MOST:
        raise Conflict(f"There can be {MOST} providers at most.", code="too_many_providers")
    row = Provider(
        name=await _free_name(session, kind),
        kind=kind,
        label=preset.label,
        base_url=preset.base_url,
        place=max((one.place for one in rows), default=-1) + 1,
        created_by=user.id,
    )
    if not (given.base_url or preset.base_url):
        raise Invalid("Give the address of the server.", code="address_missing")
    _apply(row, given)
    session.add(row)
    await session.flush()
    return row


async def _tested(user: User, name: str) -> Connection:
    async with db.reading() as session:
        rows = await every(session, user)
    for one in (*(connections.of(row) for row in rows), *of_environment(user)):
        if one.name == name:
            return one
    raise NotFound("This provider is not there. It may have been removed.")


def _apply(row: Provider, given: Changes) -> None:
    if given.label is not None:
        label = " ".join(given.label.split())
        if not 0 < len(label) <= LONGEST_LABEL:
            raise Invalid(f"A name has 1 to {LONGEST_LABEL} characters.", code="label_unusable")
        row.label = label
    if given.base_url is not None:
        row.base_url = addresses.checked(given.base_url or connections.preset_of(row).base_url)
    if given.key is not None:
        key = provider_keys.check(given.key)
        row.sealed, row.last4 = (security.seal(key), key[-4:]) if key else (None, "")
    if given.enabled is not None:
        row.enabled = given.enabled
    if given.allowed_groups is not None:
        row.allowed_groups = [str(group)[:64] for group in given.allowed_groups][:100]
    elif given.for_everyone:
        row.allowed_groups = None


async def _put(session: AsyncSession, user: User, row: Provider, place: int) -> None:
    """Stand at this place among the others, which close up."""
    others = [one for one in await every(session, user) if one.id != row.id]
    others.insert(max(0, min(place, len(others))), row)
    for number, one in enumerate(others):
        one.place = number
        session.add(one)


async def _free_name(session: AsyncSession, kind: str) -> str:
    """The preset's own name, or with a number behind it. What names models stays what it is."""
    taken: set[str] = set(await session.exec(select(Provider.name)))
    taken |= {one.name for one in registry.connections() if one.source == "environment"}
    names: list[str] = [kind, *(f"{kind}-{number}" for number in range(2, MOST + 3))]
    return next(name for name in names if name not in taken)
