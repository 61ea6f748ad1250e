"""Providers and what is set of models, for programs that administer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel

from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import PROVIDER, refused
from ioverse_app.providers.presets import presets
from ioverse_app.providers.trials import Trial
from ioverse_app.services import model_overrides, providers, retirement
from ioverse_app.services.providers import Changes
from ioverse_app.tables import Provider

router = APIRouter(prefix="/api/admin", tags=["Administration"])

Facts = Annotated[
    dict[str, Any], Body(examples=[{"label": "House model", "vision": True, "input_price": None}])
]


class PresetOut(BaseModel):
    """A kind of provider that can be added."""

    kind: str
    label: str
    base_url: str
    key: str


class ProviderOut(BaseModel):
    """A provider that was added. Of its key only the last four characters are ever told."""

    id: str
    name: str
    kind: str
    label: str
    base_url: str
    last4: str
    enabled: bool
    place: int
    allowed_groups: list[str] | None
    created_at: datetime

    @classmethod
    def of(cls, row: Provider) -> ProviderOut:
        """This provider as programs see it."""
        return cls.model_validate(row, from_attributes=True)


class ProvidersOut(BaseModel):
    """Those that were added, in their order; the names of those that the environment sets."""

    providers: list[ProviderOut]
    of_environment: list[str]
    presets: list[PresetOut]


class ProviderChanges(StrictBody):
    """What is to be another. An empty key takes the key away."""

    label: str | None = None
    base_url: str | None = None
    key: str | None = None
    enabled: bool | None = None
    place: int | None = None
    allowed_groups: list[str] | None = None

    def changes(self) -> Changes:
        """As the service takes them; groups that are null open it to everybody."""
        told = self.model_dump()
        everyone = "allowed_groups" in self.model_fields_set and self.allowed_groups is None
        return Changes(**told, for_everyone=everyone)


class NewProvider(ProviderChanges):
    """A provider, by the kind of its preset."""

    kind: str


class TrialOut(BaseModel):
    """One thing that was tried: `works`, `fails` or `absent`, and what was seen."""

    name: str
    outcome: str
    sentence: str
    seconds: float

    @classmethod
    def of(cls, trial: Trial) -> TrialOut:
        """This trial as programs see it."""
        return cls(
            name=trial.name,
            outcome=trial.outcome,
            sentence=trial.sentence,
            seconds=round(trial.seconds, 3),
        )


class TrialsOut(BaseModel):
    """Everything that was tried, in its order."""

    trials: list[TrialOut]


class OverrideOut(BaseModel):
    """What is set of a model."""

    model: str
    facts: dict[str, Any]


class OverridesOut(BaseModel):
    """Everything that is set of models."""

    models: list[OverrideOut]


class RetiringOut(BaseModel):
    """A model that is shut down soon, or was, and how much uses it."""

    model: str
    label: str
    ends_on: str
    days: int
    chats: int
    people: int


class RetirementOut(BaseModel):
    """The models in use that end, the first one first."""

    models: list[RetiringOut]


class Move(BaseModel):
    """Give everything that uses one model another."""

    old: str
    new: str


class Moved(BaseModel):
    """A move, which can be undone by its id."""

    id: str
    chats: int


class Done(BaseModel):
    """A sentence about what was done."""

    message: str


@router.get("/providers")
async def read(user: CurrentUser, session: Session) -> ProvidersOut:
    """Every provider, and what can be added."""
    rows = await providers.every(session, user)
    return ProvidersOut(
        providers=[ProviderOut.of(row) for row in rows],
        of_environment=[one.name for one in providers.of_environment(user)],
        presets=[PresetOut.model_validate(p, from_attributes=True) for p in presets().values()],
    )


@router.post("/providers", status_code=201, responses=refused(409))
async def add(body: NewProvider, user: CurrentUser) -> ProviderOut:
    """Add a provider."""
    changes = ProviderChanges.model_validate(body.model_dump(exclude={"kind"}, exclude_unset=True))
    return ProviderOut.of(await providers.add(user, body.kind, changes.changes()))


@router.patch("/providers/{provider_id}")
async def change(provider_id: str, body: ProviderChanges, user: CurrentUser) -> ProviderOut:
    """Change a provider: name, address, key, place, whether it is shown, who may use it."""
    return ProviderOut.of(await providers.change(user, provider_id, body.changes()))


@router.delete("/providers/{provider_id}")
async def remove(provider_id: str, user: CurrentUser) -> Done:
    """Remove a provider."""
    await providers.remove(user, provider_id)
    return Done(message="The provider is removed.")


@router.post("/providers/{name}/test", responses=refused(*PROVIDER))
async def test(name: str, user: CurrentUser) -> TrialsOut:
    """Try everything that the provider of this name may have. It asks the provider for real."""
    return TrialsOut(trials=[TrialOut.of(one) async for one in providers.test(user, name)])


@router.get("/models")
async def read_models(user: CurrentUser, session: Session) -> OverridesOut:
    """What is set of models in place of what the catalogue knows."""
    found = await model_overrides.every(session, user)
    return OverridesOut(models=[OverrideOut(model=r, facts=f) for r, f in found.items()])


@router.patch("/models/{ref:path}")
async def change_model(ref: str, facts: Facts, user: CurrentUser) -> OverrideOut:
    """Set facts of a model; null brings back what the catalogue knows."""
    return OverrideOut(model=ref, facts=await model_overrides.change(user, ref, facts))


@router.get("/retirement")
async def read_retirement(user: CurrentUser, session: Session) -> RetirementOut:
    """The models in use whose providers shut them down within 90 days, or have."""
    found = await retirement.due(session, user)
    return RetirementOut(
        models=[
            RetiringOut(
                model=one.ref,
                label=one.label,
                ends_on=one.ends_on.isoformat(),
                days=one.days,
                chats=one.chats,
                people=one.people,
            )
            for one in found
        ]
    )


@router.post("/retirement", responses=refused(404))
async def move(body: Move, user: CurrentUser) -> Moved:
    """Give everything that uses one model another."""
    done = await retirement.move(user, body.old, body.new)
    return Moved(id=done.id, chats=len(done.conversation_ids))


@router.delete("/retirement/{move_id}", responses=refused(409))
async def undo(move_id: str, user: CurrentUser) -> Done:
    """Undo a move. What was given a third model since keeps it."""
    count = await retirement.undo(user, move_id)
    return Done(message=f"{count} chats have the first model back.")
