"""Provider keys that administrators give to groups and to one person, tried before they are kept.

Which key pays, where somebody has several, is said in `paying.payer`.
"""

from __future__ import annotations

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ioverse_app import db, security
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.providers import registry
from ioverse_app.services import audit, paying, provider_keys, recipients
from ioverse_app.services.provider_keys import Place
from ioverse_app.tables import GivenKey, Group, User

Recipient = User | Group
NO_KEY = "No key is given for this provider."


async def recipient(
    session: AsyncSession, actor: User, *, user_id: str = "", group_id: str = ""
) -> Recipient:
    """The person, or else the group, to whom this administrator gives keys."""
    if user_id:
        return await recipients.person(session, actor, user_id)
    return await recipients.group(session, actor, group_id)


async def places(session: AsyncSession, to: Recipient) -> list[Place]:
    """Every provider that takes keys, with those that were given to this person or group."""
    rows = {row.provider: row for row in await session.exec(_of(to))}
    return [
        provider_keys.shown(one, rows.get(one.name))
        for one in registry.connections()
        if one.takes_keys
    ]


async def give(
    actor: User, provider: str, key: str, *, user_id: str = "", group_id: str = ""
) -> tuple[Place, int]:
    """Try a key, then keep it in place of the one before; how many models it opens.

    It is refused as `provider_keys.give` says, and opens its own transaction as well.
    """
    async with db.reading() as session:
        await recipient(session, actor, user_id=user_id, group_id=group_id)
    key = provider_keys.check(key)
    if not key:
        raise Invalid("Paste the key first.", code="provider_key_missing")
    found = await provider_keys.tried(provider, key)
    async with db.transaction() as session:
        to = await recipient(session, actor, user_id=user_id, group_id=group_id)
        row = (await session.exec(_of(to).where(GivenKey.provider == provider))).first()
        if row is None:
            row = GivenKey(provider=provider, sealed="", last4="")
            setattr(row, *_whose(to))
        row.sealed, row.last4 = security.seal(key), key[-4:]
        session.add(row)
        await session.flush()
        await _changed(session, actor, to, provider, "key.given")
        return provider_keys.shown(provider_keys.named(provider), row), found


async def remove(session: AsyncSession, actor: User, to: Recipient, provider: str) -> None:
    """Take a key back. NotFound if none was given."""
    row = (await session.exec(_of(to).where(GivenKey.provider == provider))).first()
    if row is None:
        raise NotFound(NO_KEY)
    await session.delete(row)
    await session.flush()
    await _changed(session, actor, to, provider, "key.taken_back")


async def _changed(
    session: AsyncSession, actor: User, to: Recipient, provider: str, action: str
) -> None:
    """Note the deed, and let the key count from the next question on."""
    if isinstance(to, User):
        paying.forget_after(session, to.id)
        await audit.note(session, actor, action, kind="provider", id=provider, about=to.id)
    else:
        paying.forget_after(session)
        await audit.note(session, actor, action, kind="provider", id=provider, group=to.name)


def _of(to: Recipient) -> SelectOfScalar[GivenKey]:
    name, value = _whose(to)
    return select(GivenKey).where(getattr(GivenKey, name) == value)


def _whose(to: Recipient) -> tuple[str, str]:
    return ("user_id" if isinstance(to, User) else "group_id"), to.id
