"""Provider keys that administrators give to groups and people, for their programs."""

from __future__ import annotations

from fastapi import APIRouter

from ioverse_app.api.dependencies import Administrator, Session
from ioverse_app.api.provider_keys import Done, Kept, Key, KeyOut, KeysOut
from ioverse_app.services import given_keys

router = APIRouter(prefix="/api/admin", tags=["administration"])

TAKEN_BACK = "The key is taken back."


@router.get("/people/{user_id}/provider-keys")
async def of_person(user_id: str, actor: Administrator, session: Session) -> KeysOut:
    """The providers that take keys, with those that were given to this person."""
    to = await given_keys.recipient(session, actor, user_id=user_id)
    return KeysOut(keys=[KeyOut.of(one) for one in await given_keys.places(session, to)])


@router.put("/people/{user_id}/provider-keys/{provider}")
async def give_person(user_id: str, provider: str, body: Key, actor: Administrator) -> Kept:
    """Give a person a key, or another one. It is tried with the provider before it is kept."""
    place, models = await given_keys.give(actor, provider, body.key, user_id=user_id)
    return Kept(**KeyOut.of(place).model_dump(), models=models)


@router.delete("/people/{user_id}/provider-keys/{provider}")
async def take_from_person(
    user_id: str, provider: str, actor: Administrator, session: Session
) -> Done:
    """Take a person's key back."""
    to = await given_keys.recipient(session, actor, user_id=user_id)
    await given_keys.remove(session, actor, to, provider)
    return Done(message=TAKEN_BACK)


@router.get("/groups/{group_id}/provider-keys")
async def of_group(group_id: str, actor: Administrator, session: Session) -> KeysOut:
    """The providers that take keys, with those that were given to this group."""
    to = await given_keys.recipient(session, actor, group_id=group_id)
    return KeysOut(keys=[KeyOut.of(one) for one in await given_keys.places(session, to)])


@router.put("/groups/{group_id}/provider-keys/{provider}")
async def give_group(group_id: str, provider: str, body: Key, actor: Administrator) -> Kept:
    """Give a group a key, or another one. It is tried with the provider before it is kept."""
    place, models = await given_keys.give(actor, provider, body.key, group_id=group_id)
    return Kept(**KeyOut.of(place).model_dump(), models=models)


@router.delete("/groups/{group_id}/provider-keys/{provider}")
async def take_from_group(
    group_id: str, provider: str, actor: Administrator, session: Session
) -> Done:
    """Take a group's key back."""
    to = await given_keys.recipient(session, actor, group_id=group_id)
    await given_keys.remove(session, actor, to, provider)
    return Done(message=TAKEN_BACK)
