"""Attachments: files beside the composer, then in a message, and at last in nobody's."""

from __future__ import annotations

import errno
import unicodedata
from collections.abc import AsyncIterable, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Final, cast

from sqlalchemy import delete, func
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, storage
from ioverse_app.config import settings
from ioverse_app.documents import reading
from ioverse_app.documents.document import Document, Limits
from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge, Unavailable
from ioverse_app.providers import catalogue
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.storage import Received
from ioverse_app.tables import Attachment, Image, Message, User, now

WAITS: Final = timedelta(hours=24)
"""How long a file waits beside the composer until it is taken for forgotten."""

MB: Final = 1024 * 1024
NAME_MAX: Final = 200
NOT_FOUND: Final = "This file is not there. It may have been deleted."
LOST: Final = "A file that goes with this message is not there any more. Attach it again."
_MANY: Final = 500
_COPIED: Final = (
    "name",
    "kind",
    "media_type",
    "size",
    "stored",
    "width",
    "height",
    "pages",
    "text",
    "cut",
)


async def add(user: User, name: str, chunks: AsyncIterable[bytes]) -> Attachment:
    """Take in a file, which then waits for a message. It opens its own transaction.

    Raises TooLarge or Invalid with the sentence that says why it is not taken.
    """
    access.check(user, Action.UPLOAD)
    if settings().attachments_per_message == 0:
        raise NotAllowed("Files are not taken here.", code="attachments_off")
    name = named(name)
    most = settings().attachment_max_mb
    try:
        async with storage.receiving(chunks, int(most * MB)) as received:
            return await _take_in(user, name, received)
    except TooLarge as error:
        sentence = error.message or (
            f"“{name}” is larger than {most:g} MB, which is the most. Attach a part of it."
        )
        raise TooLarge(sentence, code=error.code if error.message else "file_too_large") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable("There is no room for files on this server.") from None
        raise


async def get(session: AsyncSession, user: User, attachment_id: str) -> Attachment:
    """The attachment with this id, without its text, if this user may see it."""
    query = _without_text(Attachment.visible_to(user)).where(Attachment.id == attachment_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


async def remove(session: AsyncSession, user: User, attachment_id: str) -> None:
    """Take away a file that waits. What was sent stays with its message."""
    attachment = await get(session, user, attachment_id)
    if attachment.message_id is not None:
        raise Conflict("This file has been sent. Edit the message to leave it out.")
    await session.delete(attachment)


async def of(
    session: AsyncSession, messages: Sequence[Message], *, texts: bool = False
) -> dict[str, list[Attachment]]:
    """The attachments of these messages, by message and in order, with their texts or without."""
    found: dict[str, list[Attachment]] = {}
    asked = [message.id for message in messages if message.role == "user"]
    if not asked:
        return found
    query = select(Attachment).where(col(Attachment.message_id).in_(asked))
    query = query.order_by(col(Attachment.place), col(Attachment.id))
    rows = (await session.exec(query if texts else _without_text(query))).all()
    for row in rows:
        found.setdefault(row.message_id or "", []).append(row)
    return found


async def attach(
    session: AsyncSession, user: User, question: Message, attachment_ids: Sequence[str]
) -> list[Attachment]:
    """Let files that wait go with a question, in this order."""
    return await attach_again(session, user, question, None, attachment_ids)


async def attach_again(
    session: AsyncSession,
    user: User,
    question: Message,
    older: Message | None,
    attachment_ids: Sequence[str] | None,
) -> list[Attachment]:
    """Let files go with a question: copies of those of its older version, and those that wait.

    `None` means all that the older version has.
    """
    if attachment_ids is None:
        if older is None:
            return []
        attachment_ids = [row.id for row in (await of(session, [older])).get(older.id, [])]
    wanted = _few(attachment_ids)
    if not wanted:
        return []
    await session.flush()
    query = Attachment.visible_to(user).where(col(Attachment.id).in_(wanted)).with_for_update()
    there = {row.id: row for row in (await session.exec(query)).all()}
    given: list[Attachment] = []
    for place, attachment_id in enumerate(wanted):
        row = there.get(attachment_id)
        if row is None:
            raise NotFound(LOST, code="attachment_missing")
        if older is not None and row.message_id == older.id:
            row = _copy(row, question, row.user_id)
            session.add(row)
        elif row.message_id is not None or row.user_id != user.id:
            raise Conflict(f"“{row.name}” is part of another message.", code="attachment_sent")
        row.message_id, row.conversation_id = question.id, question.conversation_id
        row.place = place
        given.append(row)
    await session.flush()
    return given


async def copy(
    session: AsyncSession, user: User, copies: Sequence[tuple[Message, Message]]
) -> None:
    """Give the copies of messages what the originals have. Their bytes are shared."""
    await session.flush()
    new = {original.id: made for original, made in copies}
    for start in range(0, len(copies), _MANY):
        some = [original for original, _ in copies[start : start + _MANY]]
        for message_id, rows in (await of(session, some, texts=True)).items():
            session.add_all([_copy(row, new[message_id], user.id) for row in rows])


def check_seen(ref: str, attachments: Sequence[Attachment]) -> None:
    """Refuse pictures for a model that cannot see them, before anything is sent."""
    profile = catalogue.profile(ref)
    pictures = sum(attachment.kind == "image" for attachment in attachments)
    if pictures and not profile.vision:
        these = "the picture" if pictures == 1 else "the pictures"
        raise Invalid(
            f"{profile.label} cannot see pictures. Choose a model that can, or take {these} away.",
            code="model_cannot_see",
        )


async def content(session: AsyncSession, user: User, attachment_id: str) -> tuple[Attachment, Path]:
    """An attachment, and the path of its bytes."""
    attachment = await get(session, user, attachment_id)
    return attachment, await storage.find(attachment.stored)


async def purge() -> int:
    """Forget files that waited too long, and bytes that no row names any more; how many.

    For the clock. It opens its own transactions.
    """
    waited = delete(Attachment).where(
        col(Attachment.message_id).is_(None), col(Attachment.created_at) < now() - WAITS
    )
    async with db.transaction() as session:
        forgotten = cast("Any", await session.exec(cast("Any", waited))).rowcount
    stored = await storage.settled()
    gone = 0
    for start in range(0, len(stored), _MANY):
        some = stored[start : start + _MANY]
        async with db.reading() as session:
            wanted: set[str] = set()
            for key in (Attachment.stored, Image.stored, Image.thumbnail):
                query = select(key).where(col(key).in_(some))
                wanted |= set((await session.exec(query)).all())
        for key in some:
            if key not in wanted:
                gone += await storage.delete_settled(key)
    return forgotten + gone


def named(name: str) -> str:
    """A file's name as it is kept: no folders, and nothing that cannot be seen."""
    name = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(each for each in name if unicodedata.category(each)[0] != "C")
    shown = " ".join(shown.split())
    if len(shown) > NAME_MAX:
        ending = PurePosixPath(shown).suffix[:20]
        shown = shown[: NAME_MAX - len(ending) - 1] + "…" + ending
    return shown or "file"


async def _take_in(user: User, name: str, received: Received) -> Attachment:
    limits = Limits(settings().attachment_max_chars, settings().attachment_max_pages)
    rewritten = received.path.with_name(received.path.name + ".new")
    try:
        document = await reading.read(received.path, rewritten, name, limits)
        size, stored = received.size, received.key
        if document.kind == "image":
            data = rewritten.read_bytes()
            size, stored = len(data), await storage.put(data)
        else:
            await storage.keep(received)
    finally:
        rewritten.unlink(missing_ok=True)
    return await _store(user, name, document, size, stored)


async def _store(user: User, name: str, document: Document, size: int, stored: str) -> Attachment:
    attachment = Attachment(
        user_id=user.id,
        name=name,
        kind=document.kind,
        media_type=document.media_type,
        size=size,
        stored=stored,
        width=document.width,
        height=document.height,
        pages=document.pages,
        text=document.text,
        cut=document.cut,
    )
    async with db.transaction() as session:
        await _check_room(session, user, attachment)
        session.add(attachment)
    return attachment


async def _check_room(session: AsyncSession, user: User, new: Attachment) -> None:
    """Bytes that several messages share count once."""
    mine = select(col(Attachment.stored), col(Attachment.size)).where(
        Attachment.user_id == user.id, Attachment.stored != new.stored
    )
    files = mine.distinct().subquery()
    used = (await session.exec(select(func.coalesce(func.sum(files.c.size), 0)))).one()
    most = settings().attachments_per_user_mb
    if used + new.size > most * MB:
        raise TooLarge(
            f"Your files have {used / MB:,.0f} of {most:,.0f} MB, and this one does not fit. "
            "Delete chats with files that you no longer need.",
            code="storage_full",
        )


def _few(attachment_ids: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(each.replace("\0", "") for each in attachment_ids))
    most = settings().attachments_per_message
    if len(wanted) > most:
        raise Invalid(
            f"These are {len(wanted)} files; {most} go with a message. Send the others after it.",
            code="too_many_attachments",
        )
    return wanted


def _copy(row: Attachment, message: Message, user_id: str) -> Attachment:
    return Attachment(
        user_id=user_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        place=row.place,
        **{name: getattr(row, name) for name in _COPIED},
    )


def _without_text(query: Any) -> Any:
    return query.options(defer(cast("Any", Attachment.text), raiseload=True))
