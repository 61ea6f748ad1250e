"""To whom an administrator gives something, a budget or a provider key: a group or one person."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import NotFound
from ioverse_app.services import access, groups
from ioverse_app.services.access import Action
from ioverse_app.tables import Group, User


async def person(session: AsyncSession, actor: User, user_id: str) -> User:
    """A person whom this administrator manages: so nobody gives themselves, but for owners.

    NotFound if there is none.
    """
    access.check(actor, Action.ADMINISTER)
    found = await session.get(User, user_id) if user_id.isalnum() else None
    if found is None:
        raise NotFound("There is no such person.", code="user_not_found")
    access.check_manages(actor, found.role)
    return found


async def group(session: AsyncSession, actor: User, group_id: str) -> Group:
    """A group. NotFound if there is none."""
    return await groups.get(session, actor, group_id)
