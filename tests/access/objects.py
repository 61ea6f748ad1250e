"""One object of every kind that belongs to a person, and what the database has of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import text

from ioverse_app import db
from ioverse_app.services import attachments, conversations, import_files
from ioverse_app.tables import (
    ApiKey,
    ChatImport,
    DataExport,
    Image,
    Message,
    Run,
    RunStatus,
    Session,
    Share,
    User,
    now,
)

SECRET = "the tides of the moon"

PUBLIC = {"/health", "/api/register", "/api/login", "/api/token/refresh", "/api/models"}
"""What strangers may ask."""

NOBODYS = "0" * 32
ADMINISTRATORS = "/api/admin/"

OWN_OF_ALL = {("POST", "/api/logout")}
"""What ends the asker's own session, and so the test."""


async def objects_of(person: User) -> dict[str, str]:
    """The ids of one object of every kind, by the names that paths have for them."""
    async with db.transaction() as session:
        chat = await conversations.start(session, person, f"Of {SECRET}")
        question = Message(conversation_id=chat.id, role="user", content=f"Tell of {SECRET}")
        answer = Message(
            conversation_id=chat.id, parent_id=question.id, role="assistant", content=SECRET
        )
        session.add_all([question, answer])
        await session.flush()
        run = Run(
            user_id=person.id,
            conversation_id=chat.id,
            message_id=answer.id,
            model="scripted/parrot",
            status=RunStatus.COMPLETED,
            ended_at=now() - timedelta(hours=1),
        )
        deleted = await conversations.start(session, person, f"Deleted {SECRET}")
        deleted.deleted_at = now()
        brought = ChatImport(
            user_id=person.id,
            name="chats.json",
            size=2,
            report={"sources": {}, "titles": [SECRET], "troubles": []}
            | dict.fromkeys(("new", "known", "messages", "lost", "trouble_count"), 0),
        )
        session.add_all([run, brought])
        chat.head_id = answer.id
    async with db.transaction() as session:
        share = Share(user_id=person.id, conversation_id=chat.id, token_hash=f"of {person.id}")
        session.add(share)
    async with db.transaction() as session:
        signed_in = Session(
            user_id=person.id,
            kind="api",
            secret_hash=f"session of {person.id}",
            expires_at=now() + timedelta(hours=1),
        )
        key = ApiKey(
            user_id=person.id, name=SECRET, secret_hash=f"key of {person.id}", last4="abcd"
        )
        export = DataExport(user_id=person.id, expires_at=now() + timedelta(hours=1))
        session.add_all([signed_in, key, export])
    path = import_files.folder() / brought.id
    await asyncio.to_thread(path.write_text, "[]")

    async def chunks():
        yield SECRET.encode()

    boss = person.model_copy(update={"role": "member"})
    attachment = await attachments.add(boss, "secret.txt", chunks())
    image = Image(
        user_id=person.id,
        prompt=SECRET,
        model="studio/dall-e-2",
        width=1,
        height=1,
        format="png",
        size=len(SECRET),
        stored=attachment.stored,
        thumbnail=attachment.stored,
    )
    async with db.transaction() as session:
        session.add(image)
    return {
        "image_id": image.id,
        "chat_id": chat.id,
        "message_id": answer.id,
        "run_id": run.id,
        "share_id": share.id,
        "attachment_id": attachment.id,
        "import_id": brought.id,
        "user_id": person.id,
        "owner_id": person.id,
        "session_id": signed_in.id,
        "key_id": key.id,
        "export_id": export.id,
        "invitation_id": NOBODYS,
        "provider_id": NOBODYS,
        "budget_id": NOBODYS,
        "move_id": NOBODYS,
        "group_id": NOBODYS,
        "provider": "nobodys",
        "ref": "nobodys",
        "number": "1",
        "name": "purge-trash",
    }


async def rows_of(person: User) -> dict[str, list[tuple]]:
    """Everything that the database has of a person, but for when they were last seen."""
    found: dict[str, list[tuple]] = {}
    async with db.reading() as session:
        for table, whose in TABLES.items():
            rows = await session.execute(
                text(f'SELECT * FROM "{table}" WHERE {whose} ORDER BY id'), {"id": person.id}
            )
            found[table] = [tuple(row) for row in rows.all()]
    return found


_CHATS = "SELECT id FROM conversation WHERE owner_id = :id"
TABLES = {
    "user": "id = :id",
    "conversation": "owner_id = :id",
    "message": f"conversation_id IN ({_CHATS})",
    "run": "user_id = :id",
    "share": "user_id = :id",
    "attachment": "user_id = :id",
    "image": "user_id = :id",
    "chat_import": "user_id = :id",
    "vote": "user_id = :id",
    "session": "user_id = :id",
    "provider_key": "user_id = :id",
    "api_key": "user_id = :id",
    "data_export": "user_id = :id",
}
