"""The models that can be picked, and the one of a chat, for programs."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser
from ioverse_app.providers import catalogue
from ioverse_app.providers.provider import Model
from ioverse_app.services import models, paying

router = APIRouter(prefix="/api", tags=["chats"])


class ModelOut(BaseModel):
    """A model: what it can do, what a million tokens cost in dollars, and when it ends."""

    model: str
    label: str
    provider: str
    context_window: int
    sees_images: bool
    reasons: bool
    input_price: float | None
    output_price: float | None
    ends_on: date | None
    ended: bool

    @classmethod
    def of(cls, model: Model) -> ModelOut:
        """This model as programs see it."""
        profile = catalogue.profile(model.ref)
        return cls(
            model=model.ref,
            label=model.label,
            provider=model.provider_label,
            context_window=profile.context_window,
            sees_images=profile.vision,
            reasons=bool(profile.reasoning_efforts),
            input_price=_dollars(profile.input_price),
            output_price=_dollars(profile.output_price),
            ends_on=model.ends_on,
            ended=model.has_ended,
        )


class ModelsOut(BaseModel):
    """The models that can be picked, those that ended, and what is wrong with which provider."""

    models: list[ModelOut]
    problems: list[str]


class Choice(BaseModel):
    """The model that gives a chat's next answers."""

    model: str


class Chosen(Choice):
    """The model of a chat."""

    chat_id: str


@router.get("/models")
async def read(user: CurrentUser) -> ModelsOut:
    """Every model that you may use, as the picker shows them."""
    now = await paying.available(user)
    listed = [ModelOut.of(model) for model in (*now.models, *now.ended)]
    return ModelsOut(models=listed, problems=list(now.problems))


@router.put("/chats/{chat_id}/model")
async def choose(chat_id: str, body: Choice, user: CurrentUser) -> Chosen:
    """Let another model give the next answers of a chat."""
    conversation = await models.choose(user, chat_id, body.model)
    return Chosen(chat_id=conversation.id, model=conversation.model or "")


def _dollars(price: int | None) -> float | None:
    return None if price is None else price / 1_000_000
