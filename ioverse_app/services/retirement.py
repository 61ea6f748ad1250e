"""Models that their providers shut down: who uses them, and moving all of it to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.providers import catalogue
from ioverse_app.services import access, models
from ioverse_app.services.access import Action
from ioverse_app.tables import Conversation, ModelMove, User, now

DAYS = 90
PORTION = 500
"""Conversations that are changed by one statement."""

_USED = (col(Conversation.model).is_not(None), col(Conversation.deleted_at).is_(None))


@dataclass(frozen=True, slots=True)
class Retiring:
    """A model that ends in so many days (or ended, below 0), and how much uses it."""

    ref: str
    label: str
    ends_on: date
    days: int
    chats: int
    people: int = 1

    @property
    def stage(self) -> int:
        """Within how many days it ends: 7, 30 or 90."""
        return next((stage for stage in (7, 30) if self.days <= stage), DAYS)


async def due(session: AsyncSession, user: User) -> list[Retiring]:
    """The models that any chat here uses and that end within 90 days, the first one first."""
    access.check(user, Action.ADMINISTER)
    return await _due(session, None)


async def due_for(session: AsyncSession, user: User) -> list[Retiring]:
    """The same, of this person's own chats."""
    return await _due(session, user)


async def due_for_each(session: AsyncSession) -> dict[str, list[Retiring]]:
    """The same, of everybody's chats, by the id of who has them."""
    owner, used = col(Conversation.owner_id), col(Conversation.model)
    query = select(owner, used, func.count()).group_by(owner, used)
    found: defaultdict[str, list[Retiring]] = defaultdict(list)
    for owner_id, ref, chats in await session.exec(query.where(*_USED)):
        if one := _retiring(ref or "", chats):
            found[owner_id].append(one)
    return {owner_id: sorted(models, key=_first) for owner_id, models in found.items()}


async def move(user: User, old: str, new: str) -> ModelMove:
    """Give every chat that uses one model another; the move can be undone."""
    access.check(user, Action.ADMINISTER)
    if old == new:
        raise Invalid("Choose another model than the one that ends.", code="same_model")
    await models.check(user, new)
    async with db.transaction() as session:
        query = select(Conversation.id).where(Conversation.model == old)
        ids = list(await session.exec(query))
        if not ids:
            raise NotFound("No chat uses this model.", code="model_unused")
        for portion in _portions(ids):
            await session.exec(_given(portion, old, new))
        done = ModelMove(old=old, new=new, conversation_ids=ids, moved_by=user.id)
        session.add(done)
    return done


async def undo(user: User, move_id: str) -> int:
    """Give those that were moved their first model back; how many. A third one is left alone."""
    access.check(user, Action.ADMINISTER)
    async with db.transaction() as session:
        done = await session.get(ModelMove, move_id)
        if done is None:
            raise NotFound("This move is not there.")
        if done.undone_at is not None:
            raise Conflict("This move is undone already.", code="move_undone")
        done.undone_at = now()
        session.add(done)
        count = 0
        for portion in _portions(done.conversation_ids):
            count += (await session.exec(_given(portion, done.new, done.old))).rowcount
    return count


async def moves(session: AsyncSession, user: User, limit: int = 5) -> list[ModelMove]:
    """The last moves, the newest first."""
    access.check(user, Action.ADMINISTER)
    return list(
        await session.exec(select(ModelMove).order_by(col(ModelMove.id).desc()).limit(limit))
    )


async def _due(session: AsyncSession, owner: User | None) -> list[Retiring]:
    used = col(Conversation.model)
    query = (
        select(used, func.count(), func.count(func.distinct(Conversation.owner_id)))
        .where(*_USED)
        .group_by(used)
    )
    if owner is not None:
        query = query.where(Conversation.owner_id == owner.id)
    counted = [_retiring(ref or "", *counts) for ref, *counts in await session.exec(query)]
    return sorted((one for one in counted if one), key=_first)


def _retiring(ref: str, chats: int, people: int = 1) -> Retiring | None:
    """This model, if it ends within 90 days."""
    profile = catalogue.profile(ref)
    if profile.shutdown_date is None:
        return None
    days = (profile.shutdown_date - datetime.now(UTC).date()).days
    if days > DAYS:
        return None
    return Retiring(profile.ref, profile.label, profile.shutdown_date, days, chats, people)


def _first(one: Retiring) -> tuple[date, str]:
    return one.ends_on, one.ref


def _given(ids: Sequence[str], old: str, new: str):
    return (
        update(Conversation)
        .where(col(Conversation.id).in_(ids), col(Conversation.model) == old)
        .values(model=new)
    )


def _portions(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + PORTION] for start in range(0, len(ids), PORTION)]
