"""Context: what a model is given with a question, and what a person chose of it.

Every request is made here: the system prompt, the branch of the conversation with its
attachments, and what a person pinned or excluded, within the model's window.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import storage
from ioverse_app.engine import context, tokens
from ioverse_app.engine.context import Part, Plan
from ioverse_app.engine.going_on import GO_ON
from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.provider import Image, Turn
from ioverse_app.services import conversations, messages
from ioverse_app.services.notices import ContextMarked, tell_after
from ioverse_app.services.parameters import SYSTEM_PROMPT, fitted
from ioverse_app.tables import (
    Attachment,
    Conversation,
    InContext,
    Message,
    User,
)

OUTPUT = 4096
"""The tokens that are kept free for the answer, where the model's window allows it."""

HISTORY = 1000
"""The most messages that are looked at for what the model sees, besides those that are pinned."""

PICTURE = "image"
PICTURE_LEAST, PICTURE_MOST, PIXELS_A_TOKEN = 85, 1600, 750
"""What a picture costs, about: models differ, and say so only afterwards."""

Load = Callable[[Attachment], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the rows of its attachments by id."""

    plan: Plan
    attachments: Mapping[str, Attachment] = field(default_factory=dict[str, Attachment])

    async def turns(self, load: Load) -> list[Turn]:
        """The turns of the request; `load` brings the bytes of a picture."""
        made: list[Turn] = []
        for role, text, pictures in context.texts(self.plan.parts):
            rows = [self.attachments[part.attachment_id] for part in pictures]
            images = [Image(row.media_type, await load(row)) for row in rows]
            made.append(Turn(role, text, images))
        return made


async def planned(
    session: AsyncSession,
    conversation: Conversation,
    profile: Profile,
    history: Sequence[Message],
    *,
    resumed: bool = False,
    asked: bool = True,
) -> Planned:
    """What the model is given with this history, whose last question is `asked`.

    A `resumed` answer is the last of the history, and is to go on.
    """
    values = fitted(profile, conversation.parameters)
    pinned, older = await _above(session, conversation, history)
    attachments = await _attachments(session, conversation) if history else {}
    parts = [_system(conversation, values.get("system_prompt") or SYSTEM_PROMPT)]
    for message in [*pinned, *history]:
        parts += _parts(profile, message, attachments.get(message.id, ()))
    if resumed:
        parts.append(Part("instruction", "user", GO_ON))
    if asked and history:
        parts = _with_question(parts)
    plan = await _plan(
        await _counted(profile, parts), profile, values, asked=asked, older=older - len(pinned)
    )
    return Planned(plan, {row.id: row for rows in attachments.values() for row in rows})


async def of(
    session: AsyncSession, user: User, conversation_id: str, *, model: str | None = None
) -> tuple[Conversation, Plan]:
    """What the next answer would be given, besides its question."""
    conversation = await conversations.get(session, user, conversation_id)
    history = await messages.branch(session, conversation, conversation.head_id, HISTORY)
    profile = catalogue.profile(model or conversation.model or "")
    made = await planned(session, conversation, profile, history, asked=False)
    return conversation, made.plan


async def of_new(model: str, parameters: Mapping[str, Any]) -> Plan:
    """What the first answer of a conversation would be given, besides its question."""
    profile = catalogue.profile(model)
    values = fitted(profile, parameters)
    system = Part("system", "system", values.get("system_prompt") or SYSTEM_PROMPT)
    return await _plan(await _counted(profile, [system]), profile, values, asked=False, older=0)


async def mark(
    session: AsyncSession, user: User, message_id: str, in_context: InContext
) -> Message:
    """Pin a message, so that it is always sent, or exclude it, or send it as there is room."""
    message = await messages.get(session, user, message_id)
    message.in_context = in_context
    notice = ContextMarked(message.conversation_id, message.id, in_context)
    tell_after(session, user.id, notice)
    return message


def output_of(profile: Profile, values: Mapping[str, Any]) -> int:
    """The tokens that are kept free for an answer with these parameters."""
    wanted = profile.taken(values).get("max_output_tokens")
    output = wanted or min(profile.output_limit or OUTPUT, OUTPUT)
    return min(output, profile.context_window // 2)


async def picture(attachment: Attachment) -> bytes:
    """The bytes of a picture."""
    return await storage.read(attachment.stored)


async def _above(
    session: AsyncSession, conversation: Conversation, history: Sequence[Message]
) -> tuple[Sequence[Message], int]:
    """What is pinned above a history that is not all there is, and how many messages are there."""
    if len(history) < HISTORY or history[0].parent_id is None:
        return (), 0
    return await messages.pinned_above(session, conversation, history[0].parent_id)


async def _attachments(
    session: AsyncSession, conversation: Conversation
) -> dict[str, list[Attachment]]:
    query = select(Attachment).where(
        Attachment.conversation_id == conversation.id, col(Attachment.message_id).is_not(None)
    )
    found: defaultdict[str, list[Attachment]] = defaultdict(list)
    for row in (await session.exec(query.order_by(col(Attachment.place)))).all():
        found[row.message_id or ""].append(row)
    return found


def _system(conversation: Conversation, prompt: str) -> Part:
    facts = [f"- {name}: {value}" for name, value in conversation.facts.items()]
    told = "\n".join([f"{prompt}\n\nKnown facts:", *facts]) if facts else prompt
    return Part("system", "system", told)


def _parts(
    profile: Profile,
    message: Message,
    attachments: Iterable[Attachment],
) -> list[Part]:
    role = "user" if message.role == "user" else "assistant"
    mark = InContext(message.in_context)
    parts: list[Part] = []
    for row in attachments:
        part = Part("attachment", role, row.text, 0, message.id, row.id, row.name, mark)
        if row.kind == PICTURE:
            reason = "" if profile.vision else "no_vision"
            part = replace(part, kind="image", text="", tokens=_looks(row), reason=reason)
        parts.append(part)
    translated = role == "user" and bool(message.translation)  # its answer is to that
    if text := message.translation if translated else message.content:
        part = Part("message", role, text, 0, message.id, mark=mark, translated=translated)
        parts.append(part)
    return parts


def _looks(row: Attachment) -> int:
    if not row.width or not row.height:
        return PICTURE_MOST
    return max(PICTURE_LEAST, min(PICTURE_MOST, row.width * row.height // PIXELS_A_TOKEN))


def _with_question(parts: list[Part]) -> list[Part]:
    """What is asked, and what is to go on, is sent even if it had been excluded before."""
    asking = [part.message_id for part in parts if part.role == "user" and part.message_id]
    at = next((i for i, part in enumerate(parts) if part.message_id == asking[-1]), 0)
    fits = InContext.AS_FITS
    return [
        *parts[:at],
        *(replace(p, mark=fits) if p.mark == "excluded" else p for p in parts[at:]),
    ]


async def _counted(profile: Profile, parts: Sequence[Part]) -> list[Part]:
    said = [part.said for part in parts]
    counts = await tokens.counted(profile.encoding, said)
    return [
        part if part.kind == "image" and not part.reason else replace(part, tokens=count)
        for part, count in zip(parts, counts, strict=True)
    ]


async def _plan(
    parts: Sequence[Part],
    profile: Profile,
    values: Mapping[str, Any],
    *,
    asked: bool,
    older: int,
) -> Plan:
    def make() -> Plan:
        return context.plan(
            parts,
            window=profile.context_window,
            output=output_of(profile, values),
            encoding=profile.encoding,
            asked=asked,
            older=older,
        )

    # To cut a long file is to count it several times.
    files = sum(len(part.text) for part in parts if part.kind == "attachment")
    return await asyncio.to_thread(make) if files > tokens.AT_ONCE else make()
