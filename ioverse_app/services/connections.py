"""What administrators have added and set, as the registry and the catalogue hold it."""

from __future__ import annotations

from sqlmodel import col, select

from ioverse_app import db, security
from ioverse_app.providers import catalogue, registry
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.presets import Preset, presets
from ioverse_app.tables import ModelOverride, Provider


async def load() -> None:
    """Read it, at the start and after each change."""
    async with db.reading() as session:
        query = select(Provider).order_by(col(Provider.place), col(Provider.id))
        rows = [of(row) for row in await session.exec(query)]
        facts = {row.ref: row.facts for row in await session.exec(select(ModelOverride))}
    registry.added(rows)
    catalogue.override(facts)


def of(row: Provider) -> Connection:
    """A provider that was added, with its key."""
    return Connection(
        row.name,
        row.label,
        preset_of(row),
        row.base_url,
        _key(row),
        enabled=row.enabled,
        allowed_groups=None if row.allowed_groups is None else frozenset(row.allowed_groups),
        source="row",
    )


def preset_of(row: Provider) -> Preset:
    """Its preset, or the one for any address if there is no such preset any more."""
    return presets().get(row.kind, presets()["compatible"])


def _key(row: Provider) -> str | None:
    """None as well if SECRET_KEY is another now: the test then says that a key is missing."""
    try:
        return security.unseal(row.sealed) if row.sealed else None
    except security.SealBroken:
        return None
