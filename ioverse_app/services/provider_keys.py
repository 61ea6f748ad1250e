"""Provider keys: keep them sealed."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import security
from ioverse_app.services import audit
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import User
from ioverse_app.tables.provider_key import ProviderKey

LONGEST = 500


def check(key: str) -> str:
    """The key as it will be kept; empty if none was given. Invalid if it cannot be one."""
    key = key.strip()
    if key and not (8 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise refusal("provider_key_unusable")
    if " " in key:
        raise refusal("provider_key_unusable")
    return key


async def keep(session: AsyncSession, user: User, provider: str, key: str) -> ProviderKey:
    """Seal and store a user's key for a provider, in place of the one before."""
    statement = ProviderKey.visible_to(user).where(ProviderKey.provider == provider)
    row = (await session.exec(statement)).first() or ProviderKey(
        user_id=user.id, provider=provider, sealed="", last4=""
    )
    row.sealed, row.last4 = security.seal(key), key[-4:]
    session.add(row)
    await session.flush()
    await audit.note(session, user, "key.kept", kind="provider", id=provider)
    return row
