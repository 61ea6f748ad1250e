"""What a model is given, for programs: before an answer, and afterwards exactly as it was."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.engine import tokens
from ioverse_app.engine.context import Part, Plan, texts
from ioverse_app.services import context, given
from ioverse_app.tables import InContext, Message

router = APIRouter(prefix="/api", tags=["chats"])


class PartOut(BaseModel):
    """A part of what is sent, or one that is not: `reason` says why it, or the rest of it.

    `reason` is "room", "excluded", "cut" (a file that did not fit whole) or "no_vision" (a
    picture for a model that sees none). `text` is there when it has been sent.
    """

    kind: str
    role: str
    message_id: str | None
    attachment_id: str | None
    name: str | None
    tokens: int
    pinned: bool
    reason: str | None
    text: str | None = None

    @classmethod
    def of(cls, part: Part, *, text: str | None = None) -> PartOut:
        """This part as programs see it."""
        return cls(
            kind=part.kind,
            role=part.role,
            message_id=part.message_id or None,
            attachment_id=part.attachment_id or None,
            name=part.name or None,
            tokens=part.tokens,
            pinned=part.mark == InContext.PINNED,
            reason=part.reason or None,
            text=text,
        )


class TurnOut(BaseModel):
    """A turn as the provider got it."""

    role: str
    content: str
    images: list[str]


class ContextOut(BaseModel):
    """The parts of a request in their order, in tokens.

    `tokens` is what they take, with the `separators` between them; `room` what they may take: the
    model's `window` without what is kept for the answer, `output`. `counted` names the vocabulary
    or is "estimate". `older` messages were not looked at.
    """

    model: str | None
    window: int
    output: int
    room: int
    tokens: int
    separators: int
    counted: str
    exact: bool
    older: int
    parts: list[PartOut]
    left_out: list[PartOut]

    @classmethod
    def of(cls, plan: Plan, model: str | None, *, sent: bool = False) -> ContextOut:
        """This plan as programs see it, with the texts if they were `sent`."""
        return cls(
            model=model,
            window=plan.window,
            output=plan.output,
            room=plan.room,
            tokens=plan.tokens,
            separators=plan.separators,
            counted=plan.encoding or tokens.ESTIMATE,
            exact=plan.exact,
            older=plan.older,
            parts=[PartOut.of(part, text=part.said if sent else None) for part in plan.parts],
            left_out=[PartOut.of(part) for part in plan.left_out],
        )


class SentOut(ContextOut):
    """What an answer was given, and the turns that this made. Pictures go by their names."""

    run_id: str
    turns: list[TurnOut]


class Mark(BaseModel):
    """ "pinned": always sent; "excluded": never; "": as there is room."""

    in_context: InContext


class Marked(BaseModel):
    """How a message is marked now."""

    message_id: str
    in_context: str

    @classmethod
    def of(cls, message: Message) -> Marked:
        """This message as it is marked."""
        return cls(message_id=message.id, in_context=message.in_context)


@router.get("/chats/{chat_id}/context")
async def read(
    chat_id: str, user: CurrentUser, session: Session, model: str | None = None
) -> ContextOut:
    """What the next answer of a chat would be given, besides its question."""
    conversation, plan = await context.of(session, user, chat_id, model=model)
    return ContextOut.of(plan, model or conversation.model)


@router.get("/messages/{message_id}/context")
async def read_sent(message_id: str, user: CurrentUser, session: Session) -> SentOut:
    """Exactly what an answer was given, when it was written or went on last."""
    sent = await given.sent(session, user, message_id)
    turns = [
        TurnOut(role=role, content=content, images=[picture.name for picture in pictures])
        for role, content, pictures in texts(sent.plan.parts)
    ]
    told = ContextOut.of(sent.plan, sent.run.model, sent=True)
    return SentOut(**dict(told), run_id=sent.run.id, turns=turns)


@router.post("/messages/{message_id}/context")
async def mark(message_id: str, body: Mark, user: CurrentUser, session: Session) -> Marked:
    """Pin a message, exclude it, or let it be sent as there is room."""
    return Marked.of(await context.mark(session, user, message_id, body.in_context))
