"""One chat of another program, as rows of its new owner."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.config import settings
from ioverse_app.errors import AppError
from ioverse_app.importing import ImportedChat, ImportedMessage
from ioverse_app.importing.chat import Facts, mapping, moment
from ioverse_app.providers import catalogue
from ioverse_app.services import attachments, parameters
from ioverse_app.services.titles import title_of
from ioverse_app.tables import (
    Conversation,
    InContext,
    Message,
    MessageStatus,
    Run,
    RunStatus,
    User,
    Vote,
    VoteValue,
    now,
)

Files = Mapping[str, Sequence[str]]
"""The ids of attachments that wait, by the imported ids of their messages."""


async def take_files(user: User, chat: ImportedChat) -> Files:
    """Take in the files of a chat as if they were attached now, but for those that are refused.

    It opens its own transactions: a file is looked at in another process before it is kept.
    """
    taken: dict[str, list[str]] = {}
    for message in chat.messages:
        for file in message.files[: settings().attachments_per_message]:
            with suppress(AppError):
                attachment = await attachments.add(user, file.name, _once(file.data))
                taken.setdefault(message.id, []).append(attachment.id)
    return taken


async def add(session: AsyncSession, user: User, chat: ImportedChat, files: Files) -> str:
    """Make this chat one of the user's own, with the files that were taken in; its id."""
    conversation = _conversation(user, chat)
    session.add(conversation)
    await session.flush()
    ids: dict[str, str] = {}
    for one in chat.messages:
        message = _message(conversation, one)
        message.parent_id = ids.get(one.parent_id) if one.parent_id else None
        ids[one.id] = message.id
        session.add(message)
        if given := one.more.get("parameters"):
            session.add(_run(user, message, given))
        if one.id in files:
            await attachments.attach(session, user, message, files[one.id])
        await _add_vote(session, user, message, one.more)
    await session.flush()
    conversation.head_id = ids.get(chat.head_id or "") or (list(ids.values()) or [None])[-1]
    return conversation.id


def _conversation(user: User, chat: ImportedChat) -> Conversation:
    at, more = chat.at or now(), chat.more
    begun = moment(more.get("created_at")) or next((m.at for m in chat.messages if m.at), at)
    return Conversation(
        owner_id=user.id,
        origin=origin_of(chat),
        title=title(chat),
        model=_text(more.get("model"))[:255] or None,
        parameters=_parameters(chat),
        facts={_text(k)[:100]: _text(v)[:1000] for k, v in mapping(more.get("facts")).items()},
        language=_text(more.get("language"))[:35] or None,
        model_language=_text(more.get("model_language"))[:35] or None,
        active_at=at,
        created_at=begun,
        pinned_at=at if chat.pinned else None,
        archived_at=at if chat.archived else None,
    )


def _message(conversation: Conversation, one: ImportedMessage) -> Message:
    more = one.more
    mark = more.get("in_context")
    return Message(
        conversation_id=conversation.id,
        role=one.role,
        content=one.text,
        reasoning=one.reasoning,
        translation=_text(more.get("translation")),
        status=_status(more.get("status")),
        model=one.model or None,
        finish_reason=_text(more.get("finish_reason"))[:32] or None,
        error_code=_text(more.get("error_code"))[:64] or None,
        error_message=_text(more.get("error_message"))[:1000] or None,
        prompt_tokens=_count(more.get("prompt_tokens")),
        completion_tokens=_count(more.get("completion_tokens")),
        seconds=_seconds(more.get("seconds")),
        cost=_count(more.get("cost")),
        left_out=_count(more.get("left_out")) or 0,
        in_context=InContext(mark) if mark in tuple(InContext) else InContext.AS_FITS,
        created_at=one.at or conversation.active_at,
    )


def _run(user: User, message: Message, given: Any) -> Run:
    """That an answer was made, with these parameters: votes and exports tell of them."""
    return Run(
        user_id=user.id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        model=message.model or "",
        parameters=dict(mapping(given)),
        status=RunStatus.COMPLETED,
        ended_at=message.created_at,
    )


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _add_vote(session: AsyncSession, user: User, message: Message, more: Facts) -> None:
    vote = mapping(more.get("vote"))
    if vote.get("value") not in tuple(VoteValue):
        return
    await session.flush()
    session.add(
        Vote(
            message_id=message.id,
            user_id=user.id,
            value=vote["value"],
            comment=_text(vote.get("comment"))[:2000],
            model=message.model or "",
            parameters=dict(mapping(vote.get("parameters"))),
        )
    )


async def known(session: AsyncSession, user: User, chats: Sequence[ImportedChat]) -> set[str]:
    """The origins of those that are there already: brought along before, or made here."""
    origins = {origin_of(chat) for chat in chats}
    own = {chat.source_id: origin_of(chat) for chat in chats if chat.source == "IOverse"}
    query = select(Conversation.id, Conversation.origin).where(
        Conversation.owner_id == user.id,
        col(Conversation.deleted_at).is_(None),
        or_(col(Conversation.origin).in_(origins), col(Conversation.id).in_(own)),
    )
    found = (await session.exec(query)).all()
    return {own.get(each) or origin or "" for each, origin in found}


def origin_of(chat: ImportedChat) -> str:
    """The program and its id, or a print of what is said, where there is no id."""
    name = chat.source_id
    if not name:
        said = "\0".join([chat.title, *(message.text for message in chat.messages)])
        name = hashlib.sha256(said.encode()).hexdigest()
    return f"{chat.source}:{name}"[:255]


def title(chat: ImportedChat) -> str:
    """Its own title, or the first words of its first question."""
    first = next((message.text for message in chat.messages if message.role == "user"), "")
    return chat.title or title_of(first)


def _parameters(chat: ImportedChat) -> dict[str, Any]:
    """Those that its model takes, if they all can be."""
    profile = catalogue.profile(str(chat.more.get("model") or ""))
    try:
        return parameters.merged(profile, {}, chat.more.get("parameters") or {})
    except AppError:
        return {}


def _status(value: Any) -> MessageStatus:
    """How it stood. Nothing that comes in is still being written."""
    if value == MessageStatus.STREAMING:
        return MessageStatus.INTERRUPTED
    return MessageStatus(value) if value in tuple(MessageStatus) else MessageStatus.COMPLETE


def _text(value: Any) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value < 2**31 else None


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else None
