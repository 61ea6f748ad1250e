"""What administrators see of other people's chats: everything about them, nothing in them.

A title is content. To open a chat takes a reason, which its owner reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Conflict, Gone, Invalid, NotFound
from ioverse_app.services import access, audit, messages, shares
from ioverse_app.services.access import Action
from ioverse_app.services.conversations import NOT_FOUND
from ioverse_app.services.cursors import Cursor
from ioverse_app.services.shares import Shared
from ioverse_app.tables import Attachment, AuditEntry, Conversation, Message, Share, User, now
from ioverse_app.tables.audit_entry import OPENED

PAGE = 50
REASON_MIN, REASON_MAX = 10, 300
STAYS_OPEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class About:
    """A chat by its metadata. Sizes are characters and bytes."""

    id: str
    owner_id: str
    owner: str
    model: str
    created_at: datetime
    active_at: datetime
    messages: int
    chars: int
    files: int
    bytes: int
    in_trash: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some chats, the last used first, and where the next page begins, if any."""

    items: Sequence[About]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A share link by its metadata, and who made it."""

    share: Share
    owner: str


async def page(
    session: AsyncSession,
    actor: User,
    *,
    owner_id: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page:
    """A page of everybody's chats, or of one person's. Temporary ones are nobody's business."""
    access.check(actor, Action.ADMINISTER)
    active = col(Conversation.active_at)
    query = (
        select(Conversation, User.username)
        .join(User)
        .where(~col(Conversation.temporary))
        .order_by(active.desc(), col(Conversation.id).desc())
        .limit(limit + 1)
    )
    if owner_id:
        query = query.where(Conversation.owner_id == owner_id.replace("\x00", ""))
    if cursor:
        query = query.where(Cursor.read(cursor).behind(active, col(Conversation.id)))
    found = (await session.exec(query)).all()
    shown = found[:limit]
    ids = [conversation.id for conversation, _ in shown]
    texts = await _sizes(session, Message, func.length(col(Message.content)), ids)
    files = await _sizes(session, Attachment, col(Attachment.size), ids)
    items = [
        About(
            id=one.id,
            owner_id=one.owner_id,
            owner=owner,
            model=one.model or "",
            created_at=one.created_at,
            active_at=one.active_at,
            messages=texts.get(one.id, (0, 0))[0],
            chars=texts.get(one.id, (0, 0))[1],
            files=files.get(one.id, (0, 0))[0],
            bytes=files.get(one.id, (0, 0))[1],
            in_trash=one.deleted_at is not None,
        )
        for one, owner in shown
    ]
    last = shown[-1][0] if len(found) > limit else None
    return Page(items, str(Cursor("c", last.active_at, last.id)) if last else None)


async def open_chat(
    session: AsyncSession, actor: User, conversation_id: str, reason: str
) -> AuditEntry:
    """Open a chat of somebody else for an hour. The reason is noted, and its owner sees it.

    The number of the entry is what `opened` asks for.
    """
    access.check(actor, Action.OPEN)
    reason = " ".join(reason.encode(errors="ignore").decode().replace("\x00", "").split())
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        raise Invalid(
            f"Say in {REASON_MIN} to {REASON_MAX} characters why you open this chat:"
            " its owner reads it.",
            code="reason_missing",
        )
    found = await _existing(session, conversation_id)
    if found.owner_id == actor.id:
        raise Conflict("This chat is your own: it is in your list.", code="own_chat")
    return await audit.note(
        session,
        actor,
        OPENED,
        kind="conversation",
        id=found.id,
        about=found.owner_id,
        reason=reason,
    )


async def opened(session: AsyncSession, actor: User, number: int) -> Shared:
    """The chat that this administrator opened within the last hour, by the number of the entry."""
    access.check(actor, Action.OPEN)
    entry = await session.get(AuditEntry, number)
    if entry is None or (entry.action, entry.actor_id) != (OPENED, actor.id):
        raise NotFound(NOT_FOUND)
    if entry.at < now() - STAYS_OPEN:
        raise Gone("You opened this chat more than an hour ago. Open it again with a reason.")
    found = await _existing(session, entry.object_id)
    branch = await messages.branch(session, found, found.head_id, shares.MESSAGES_MAX)
    return Shared(found.title, [shares.shown(message) for message in branch if message.content])


async def links(
    session: AsyncSession, actor: User, *, cursor: str | None = None, limit: int = PAGE
) -> tuple[Sequence[Link], str | None]:
    """A page of everybody's links, newest first, and where the next one begins, if any."""
    access.check(actor, Action.ADMINISTER)
    created = col(Share.created_at)
    query = select(Share, User.username).join(User).limit(limit + 1)
    query = query.order_by(created.desc(), col(Share.id).desc())
    if cursor:
        query = query.where(Cursor.read(cursor).behind(created, col(Share.id)))
    found = [Link(share, owner) for share, owner in (await session.exec(query)).all()]
    last = found[limit - 1].share if len(found) > limit else None
    return found[:limit], str(Cursor("s", last.created_at, last.id)) if last else None


async def revoke_link(session: AsyncSession, actor: User, share_id: str) -> Share:
    """Take somebody's link back, at once."""
    access.check(actor, Action.ADMINISTER)
    share = await session.get(Share, share_id) if share_id.isalnum() else None
    if share is None:
        raise NotFound("This link is not there.")
    if share.revoked_at is None:
        share.revoked_at = now()
        share.content, share.password_hash = None, None
        await audit.note(
            session, actor, "share.revoked", kind="share", id=share.id, about=share.user_id
        )
    return share


async def _existing(session: AsyncSession, conversation_id: str) -> Conversation:
    known = conversation_id.isalnum() and await session.get(Conversation, conversation_id)
    if not known or known.temporary:
        raise NotFound(NOT_FOUND)
    return known


async def _sizes(
    session: AsyncSession,
    table: type[Message] | type[Attachment],
    size: Any,
    conversation_ids: Sequence[str],
) -> dict[str, tuple[int, int]]:
    """How many rows each of these chats has, and how large they are in all."""
    chat = col(table.conversation_id)
    query = select(chat, func.count(), func.coalesce(func.sum(size), 0)).group_by(chat)
    rows = (await session.exec(query.where(chat.in_(conversation_ids)))).all()
    return {str(chat_id): (count, int(total)) for chat_id, count, total in rows}
