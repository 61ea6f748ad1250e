"""The parameters of a chat, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.providers import catalogue
from ioverse_app.services import conversations, parameters
from ioverse_app.services.parameters import Parameter
from ioverse_app.tables import Conversation

router = APIRouter(prefix="/api", tags=["chats"])

Changes = Annotated[
    dict[str, Any],
    Body(examples=[{"temperature": 0.2, "stop": ["END"], "seed": None}]),
]


class ParameterOut(BaseModel):
    """Something that the chat's model takes, its limits, and what holds when it is not set."""

    name: str
    label: str
    help: str
    kind: str
    minimum: float | None
    maximum: float | None
    step: float | None
    default: float | str | None
    choices: list[str]

    @classmethod
    def of(cls, one: Parameter) -> ParameterOut:
        """This parameter as programs see it."""
        return cls(
            name=one.name,
            label=one.label,
            help=one.help,
            kind=one.kind,
            minimum=one.low,
            maximum=one.high,
            step=one.step,
            default=one.default,
            choices=list(one.choices),
        )


class ParametersOut(BaseModel):
    """What was set, and what the chat's model takes. Nothing else is sent to it."""

    chat_id: str
    model: str | None
    parameters: dict[str, Any]
    offered: list[ParameterOut]

    @classmethod
    def of(cls, conversation: Conversation) -> ParametersOut:
        """The parameters of this conversation."""
        offered = parameters.offered(catalogue.profile(conversation.model or ""))
        return cls(
            chat_id=conversation.id,
            model=conversation.model,
            parameters=conversation.parameters,
            offered=[ParameterOut.of(one) for one in offered],
        )


@router.get("/chats/{chat_id}/parameters")
async def read(chat_id: str, user: CurrentUser, session: Session) -> ParametersOut:
    """What is set for a chat, and what could be."""
    return ParametersOut.of(await conversations.get(session, user, chat_id))


@router.patch("/chats/{chat_id}/parameters")
async def change(
    chat_id: str, changes: Changes, user: CurrentUser, session: Session
) -> ParametersOut:
    """Set some parameters for the answers that follow; null resets one."""
    return ParametersOut.of(await parameters.set(session, user, chat_id, changes))
