"""API keys: make, list, change, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.budgets import LimitsIn
from ioverse_app.api.dependencies import CurrentSession, Session
from ioverse_app.api.document import refused
from ioverse_app.api.usage import BudgetUseOut
from ioverse_app.services import api_keys, budget_list, budgets
from ioverse_app.services.api_keys import Scope
from ioverse_app.services.budgets import Standing
from ioverse_app.tables import ApiKey
from ioverse_app.tables import Scope as BudgetScope

router = APIRouter(prefix="/api/keys", tags=["API keys"])


class NewKey(StrictBody):
    """A key as it is wanted: for how many days (null: for ever), from which IP addresses.

    One that `signs` is used for signed requests only, see the documentation.
    """

    name: str
    scopes: list[str] = Field(default=[Scope.READ, Scope.CHAT])
    days: float | None = Field(default=None, allow_inf_nan=False)
    addresses: list[str] = Field(default=[])
    signs: bool = False


class KeyChanges(BaseModel):
    """What is to be another: null leaves it."""

    name: str | None = None
    scopes: list[str] | None = None
    addresses: list[str] | None = None


class KeyOut(BaseModel):
    """A key as its person sees it."""

    key_id: str
    name: str
    last4: str
    scopes: list[str]
    addresses: list[str]
    signs: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    budgets: list[BudgetUseOut]

    @classmethod
    def of(cls, row: ApiKey, limits: Sequence[Standing] = ()) -> Self:
        """This row, and what limits it."""
        return cls(
            key_id=row.id,
            addresses=row.networks,
            signs=row.sealed is not None,
            budgets=[BudgetUseOut.of(now) for now in limits],
            **row.model_dump(
                include={"name", "last4", "scopes", "created_at", "expires_at", "last_used_at"}
            ),
        )


class NewKeyOut(KeyOut):
    """A new key. It is shown this once."""

    secret: str


class Keys(BaseModel):
    """All keys, newest first."""

    keys: list[KeyOut]


@router.post("", status_code=201, responses=refused(409))
async def create(
    body: NewKey, signed_in: CurrentSession, session: Session, response: Response
) -> NewKeyOut:
    """Make a key. `secret` is what a program sends as its Bearer token; it is shown this once."""
    row, secret = await api_keys.create(
        session,
        signed_in.user,
        name=body.name,
        scopes=body.scopes,
        days=body.days,
        networks=body.addresses,
        signs=body.signs,
    )
    response.headers["Cache-Control"] = "no-store"
    return NewKeyOut(secret=secret, **KeyOut.of(row).model_dump())


@router.get("")
async def every(signed_in: CurrentSession, session: Session) -> Keys:
    """Your keys."""
    rows = await api_keys.of(session, signed_in.user)
    limits = await budget_list.of_keys(session, signed_in.user)
    return Keys(keys=[KeyOut.of(row, limits.get(row.id, ())) for row in rows])


@router.patch("/{key_id}")
async def change(
    key_id: str, body: KeyChanges, signed_in: CurrentSession, session: Session
) -> KeyOut:
    """Give a key another name, other scopes or other addresses."""
    row = await api_keys.change(
        session,
        signed_in.user,
        key_id,
        name=body.name,
        scopes=body.scopes,
        networks=body.addresses,
    )
    limits = await budget_list.of(session, signed_in.user, BudgetScope.API_KEY, key_id)
    return KeyOut.of(row, limits)


@router.put("/{key_id}/budgets/{period}")
async def limit(
    key_id: str, period: str, body: LimitsIn, signed_in: CurrentSession, session: Session
) -> BudgetUseOut:
    """Limit what a key of yours may use in a `day` or a `month`, whoever pays for it."""
    await api_keys.get(session, signed_in.user, key_id)
    budget = await budget_list.put(
        session, signed_in.user, BudgetScope.API_KEY, key_id, period, body.limits()
    )
    return BudgetUseOut.of(await budgets.standing(session, budget))


@router.delete("/{key_id}/budgets/{period}", status_code=204)
async def unlimit(key_id: str, period: str, signed_in: CurrentSession, session: Session) -> None:
    """Take a limit away."""
    await api_keys.get(session, signed_in.user, key_id)
    await budget_list.take_away(session, signed_in.user, BudgetScope.API_KEY, key_id, period)


@router.delete("/{key_id}", status_code=204)
async def delete(key_id: str, signed_in: CurrentSession, session: Session) -> None:
    """Delete a key: the next request with it is refused."""
    await api_keys.revoke(session, signed_in.user, key_id)
