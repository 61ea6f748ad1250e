"""One's own provider keys, for programs."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import PROVIDER, refused
from ioverse_app.services import provider_keys
from ioverse_app.services.provider_keys import Place

router = APIRouter(prefix="/api/users/me/provider-keys", tags=["Accounts"])


class KeyOut(BaseModel):
    """A provider that takes keys. `last4` is empty where you have given none.

    `served` says whether you can use it without a key of your own.
    """

    provider: str
    label: str
    last4: str
    added_at: datetime | None
    served: bool

    @classmethod
    def of(cls, place: Place) -> KeyOut:
        """This place as programs see it."""
        return cls(
            provider=place.name,
            label=place.label,
            last4=place.last4,
            added_at=place.added_at,
            served=place.served,
        )


class KeysOut(BaseModel):
    """Every provider that you can give a key for."""

    keys: list[KeyOut]


class Key(BaseModel):
    """A key, as the provider gave it to you."""

    key: str


class Kept(KeyOut):
    """The key that is kept now, and how many models it opens."""

    models: int


class Done(BaseModel):
    """A sentence about what was done."""

    message: str


@router.get("")
async def read(user: CurrentUser, session: Session) -> KeysOut:
    """The providers that take keys, and yours by their last four characters."""
    return KeysOut(keys=[KeyOut.of(one) for one in await provider_keys.places(session, user)])


@router.get("/{provider}")
async def read_one(provider: str, user: CurrentUser, session: Session) -> KeyOut:
    """One of them."""
    return KeyOut.of(await provider_keys.place(session, user, provider))


@router.put("/{provider}", responses=refused(*PROVIDER))
async def give(provider: str, body: Key, user: CurrentUser) -> Kept:
    """Give a key, or another one. It is tried with the provider before it is kept."""
    place, models = await provider_keys.give(user, provider, body.key)
    return Kept(**KeyOut.of(place).model_dump(), models=models)


@router.delete("/{provider}")
async def remove(provider: str, user: CurrentUser, session: Session) -> Done:
    """Forget a key."""
    await provider_keys.remove(session, user, provider)
    return Done(message="The key is forgotten.")
