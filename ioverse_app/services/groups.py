"""Groups: make, rename, delete, and say who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete as delete_rows
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.services import access, audit, paying
from ioverse_app.services.access import Action
from ioverse_app.services.accounts import fold
from ioverse_app.tables import Budget, Group, GroupMember, Scope, User

NAME_MAX = 64
GONE = "This person is not there. The account may have been deleted."


async def all_groups(session: AsyncSession, actor: User) -> Sequence[tuple[Group, int]]:
    """Every group by name, with how many are in it."""
    access.check(actor, Action.ADMINISTER)
    count = func.count(col(GroupMember.user_id))
    query = select(Group, count).join(GroupMember, isouter=True).group_by(col(Group.id))
    return (await session.exec(query.order_by(col(Group.name_folded)))).all()


async def of_people(session: AsyncSession, user_ids: Sequence[str]) -> dict[str, list[Group]]:
    """The groups of each of these people, by name."""
    query = select(GroupMember.user_id, Group).join(Group)
    query = query.where(col(GroupMember.user_id).in_(user_ids))
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for user_id, group in (await session.exec(query.order_by(col(Group.name_folded)))).all():
        found[user_id].append(group)
    return found


async def create(session: AsyncSession, actor: User, name: str) -> Group:
    """Make a group with nobody in it."""
    access.check(actor, Action.ADMINISTER)
    name = await _free_name(session, name)
    group = Group(name=name, name_folded=fold(name))
    session.add(group)
    await session.flush()
    await audit.note(session, actor, "group.created", kind="group", id=group.id, name=name)
    return group


async def rename(session: AsyncSession, actor: User, group_id: str, name: str) -> Group:
    """Give a group another name."""
    group = await get(session, actor, group_id)
    old, name = group.name, await _free_name(session, name, group)
    group.name, group.name_folded = name, fold(name)
    await audit.note(session, actor, "group.renamed", kind="group", id=group.id, old=old, new=name)
    return group


async def delete(session: AsyncSession, actor: User, group_id: str) -> None:
    """Delete a group. Nobody in it is."""
    group = await get(session, actor, group_id)
    await audit.note(session, actor, "group.deleted", kind="group", id=group.id, name=group.name)
    limits = (col(Budget.scope) == Scope.GROUP) & (col(Budget.scope_id) == group.id)
    await session.execute(delete_rows(Budget).where(limits))
    await session.delete(group)
    paying.forget_after(session)


async def put(
    session: AsyncSession, actor: User, user_id: str, group_ids: Sequence[str]
) -> Sequence[Group]:
    """Let a person be in these groups and in no others.

    A group gives models, keys and budgets, so that nobody changes those of somebody above them.
    """
    access.check(actor, Action.ADMINISTER)
    await audit.alone(session)
    person = await session.get(User, user_id) if user_id.isalnum() else None
    if person is None:
        raise NotFound(GONE)
    access.check_manages(actor, person.role)
    wanted = [await get(session, actor, group_id) for group_id in dict.fromkeys(group_ids)]
    await session.execute(delete_rows(GroupMember).where(col(GroupMember.user_id) == user_id))
    session.add_all([GroupMember(group_id=group.id, user_id=user_id) for group in wanted])
    await audit.note(
        session,
        actor,
        "person.groups_changed",
        kind="user",
        id=user_id,
        about=user_id,
        groups=[group.name for group in wanted],
    )
    paying.forget_after(session, user_id)
    return wanted


async def get(session: AsyncSession, actor: User, group_id: str) -> Group:
    """One group. NotFound if it is not there."""
    access.check(actor, Action.ADMINISTER)
    found = await session.get(Group, group_id) if group_id.isalnum() else None
    if found is None:
        raise NotFound("This group is not there.")
    return found


async def _free_name(session: AsyncSession, name: str, group: Group | None = None) -> str:
    await audit.alone(session)
    name = " ".join(name.encode(errors="ignore").decode().replace("\x00", "").split())
    if not name or max(len(name), len(fold(name))) > NAME_MAX:
        raise Invalid(f"A group's name has 1 to {NAME_MAX} characters.", code="group_name")
    query = select(Group).where(Group.name_folded == fold(name))
    there = (await session.exec(query)).first()
    if there is not None and there is not group:
        raise Conflict(f"There is a group “{there.name}” already.", code="group_taken")
    return name
