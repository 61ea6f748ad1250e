"""The notes that people get 90, 30 and 7 days before a model of theirs is shut down."""

from __future__ import annotations

from collections import defaultdict

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, mail
from ioverse_app.config import settings
from ioverse_app.services import letters, retirement
from ioverse_app.services.notices import ModelsEnd, tell_after
from ioverse_app.services.retirement import Retiring
from ioverse_app.tables import RetirementNote, User, now


async def remind() -> int:
    """Tell everybody who uses a model that ends, once at each step; how many were told."""
    async with db.transaction() as session:
        told = await _note(session)
    if settings().smtp_host:
        for user, ending in told:
            await mail.send_quietly(letters.models_end(user, [sentence(one) for one in ending]))
    return len(told)


async def waiting(session: AsyncSession, user: User) -> list[str]:
    """What this person was told and has not put away, as long as they use the model."""
    refs = {note.ref for note in await session.exec(RetirementNote.waiting_for(user))}
    if not refs:
        return []
    return [sentence(one) for one in await retirement.due_for(session, user) if one.ref in refs]


async def put_away(user: User) -> None:
    """This person has seen it. They are told again at the next step."""
    async with db.transaction() as session:
        for note in await session.exec(RetirementNote.waiting_for(user)):
            note.seen_at = now()
            session.add(note)


def sentence(one: Retiring) -> str:
    """What becomes of a model, and what its person can do."""
    chats = "One of your chats uses it" if one.chats == 1 else f"{one.chats} of your chats use it"
    verb = "ends" if one.days >= 0 else "ended"
    return f"{one.label} {verb} on {one.ends_on:%-d %B %Y}. {chats}: choose another model there."


async def _note(session: AsyncSession) -> list[tuple[User, list[Retiring]]]:
    ending = await retirement.due_for_each(session)
    known = {
        (note.user_id, note.ref, note.ends_on, note.stage)
        for note in await session.exec(
            select(RetirementNote).where(col(RetirementNote.user_id).in_(ending))
        )
    }
    new: defaultdict[str, list[Retiring]] = defaultdict(list)
    for user_id, models in ending.items():
        for one in models:
            if one.days >= 0 and (user_id, one.ref, one.ends_on, one.stage) not in known:
                new[user_id].append(one)
    query = select(User).where(col(User.id).in_(new), col(User.blocked_at).is_(None))
    told = [(user, new[user.id]) for user in await session.exec(query)]
    for user, models in told:
        session.add_all(
            RetirementNote(user_id=user.id, ref=one.ref, ends_on=one.ends_on, stage=one.stage)
            for one in models
        )
        tell_after(session, user.id, ModelsEnd())
    return told
