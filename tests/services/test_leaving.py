"""Invitations, all of one's data as a file, and the end of an account."""

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from conftest import add_person, both_databases
from sqlmodel import select

from ioverse_app import db, live, security, storage
from ioverse_app.engine import engine
from ioverse_app.errors import Conflict, Gone, Invalid, NotAllowed, NotFound
from ioverse_app.services import (
    accounts,
    conversations,
    data_exports,
    farewell,
    guesses,
    invitations,
    places,
    sessions,
)
from ioverse_app.services.sessions import Client, SessionsEnded
from ioverse_app.tables import (
    ApiKey,
    Attachment,
    Conversation,
    DataExport,
    EntryStatus,
    ExportStatus,
    LedgerEntry,
    Message,
    Role,
    Session,
    User,
    now,
)

PASSWORD = "a fine long password"


@pytest.fixture(autouse=True)
def _nobody_has_guessed():
    guesses.forget_all()


@pytest.fixture
async def ada(database):
    return await add_person("ada", role=Role.ADMIN)


async def _invite(ada, **values):
    async with db.transaction() as session:
        return await invitations.create(session, ada, **values)


async def _come(token, name="Cleo"):
    account = await accounts.draft(name, f"{name}@example.org".lower(), PASSWORD, invitation=token)
    async with db.transaction() as session:
        return await accounts.register(session, account)


@both_databases
async def test_one_person_comes_with_an_invitation(ada, configure):
    configure(registration="closed")
    with pytest.raises(NotAllowed):
        await _invite(ada, role="admin")
    owner = await add_person("olga", role=Role.OWNER)
    row, token = await _invite(owner, note="Cleo", role="admin")
    assert token not in str(row.model_dump())
    made = await asyncio.gather(
        *(_come(token, name) for name in ("Cleo", "Dora", "Eve")), return_exceptions=True
    )
    (person,) = [one for one in made if isinstance(one, User)]
    assert person.is_admin
    assert sum(isinstance(one, Gone) for one in made) == 2
    async with db.reading() as session:
        (used,) = await invitations.every(session, ada)
    assert (used.used_by, used.is_open) == (person.username, False)


async def test_an_invitation_ends_or_is_taken_back(ada, ann):
    row, token = await _invite(ada)
    async with db.transaction() as session:
        (await session.get(type(row), row.id)).expires_at = now()
    with pytest.raises(Gone):
        await _come(token)
    row, token = await _invite(ada)
    async with db.transaction() as session:
        await invitations.revoke(session, ada, row.id)
    with pytest.raises(Gone):
        await _come(token)
    with pytest.raises(NotAllowed):
        await _invite(ann)
    for wrong in ({"role": "king"}, {"days": 0}, {"days": 91}, {"note": "x" * 101}):
        with pytest.raises(Invalid):
            await _invite(ada, **wrong)


async def _chat(user, title="Plans", messages=1):
    async with db.transaction() as session:
        chat = await conversations.start(session, user, title)
        parent_id = None
        for n in range(messages):
            one = Message(
                conversation_id=chat.id, parent_id=parent_id, role="user", content=f"Message {n}"
            )
            session.add(one)
            parent_id = one.id
        await session.flush()
        chat.head_id = parent_id
    return chat


async def _exported(user) -> DataExport:
    found: list[DataExport] = []

    async def look() -> bool:
        async with db.reading() as session:
            found[:] = [await data_exports.newest(session, user)]
        return found[0].status != ExportStatus.RUNNING

    for _ in range(500):
        if await look():
            return found[0]
        await asyncio.sleep(0.02)
    raise AssertionError("It is not done in time.")


@both_databases
async def test_everything_of_a_person_is_one_file_for_a_day(ann, bob):
    chat = await _chat(ann)
    await _chat(ann, "Plans")
    await _chat(bob, "Not hers")
    key = await storage.put(b"the bytes")
    async with db.transaction() as session:
        session.add(
            Attachment(
                user_id=ann.id,
                conversation_id=chat.id,
                message_id=chat.head_id,
                name="a/b.txt",
                kind="document",
                media_type="text/plain",
                size=9,
                stored=key,
            )
        )
        used = {"user_id": ann.id, "provider": "p", "kind": "chat", "cost": 7}
        session.add_all(
            [
                LedgerEntry(**used, model="=gone", status=EntryStatus.SETTLED),
                LedgerEntry(**used, model="given-back", status=EntryStatus.REFUNDED),
            ]
        )
    async with engine.running():
        await data_exports.start(ann)
        row = await _exported(ann)
    assert (row.status, row.total, row.done, row.failed) == (ExportStatus.DONE, 2, 2, 0)
    async with db.reading() as session:
        path = await data_exports.file(session, ann, row.id)
        with pytest.raises(NotFound):
            await data_exports.file(session, bob, row.id)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as zipped:
        names = zipped.namelist()
        assert json.loads(zipped.read("Plans.json"))["messages"][0]["content"] == "Message 0"
        profile = json.loads(zipped.read("profile.json"))
        (used,) = csv.DictReader(zipped.read("usage.csv").decode().splitlines())
        assert (used["model"], used["cost"], used["conversation_id"]) == ("'=gone", "7", "")
        (file,) = [name for name in names if name.startswith("attachments/")]
        assert (file[-7:], zipped.read(file)) == ("a_b.txt", b"the bytes")
    assert (profile["email"], "password_hash" in profile) == ("ann@example.org", False)
    assert not any("Not hers" in name for name in names)
    async with db.transaction() as session:
        (await session.get(DataExport, row.id)).expires_at = now()
    async with db.reading() as session:
        with pytest.raises(Gone):
            await data_exports.file(session, ann, row.id)
    assert await data_exports.purge() == 1
    assert not path.exists()


async def test_one_file_at_a_time_is_put_together(ann):
    async with db.transaction() as session:
        session.add(DataExport(user_id=ann.id, expires_at=now()))
    async with engine.running():
        with pytest.raises(Conflict):
            await data_exports.start(ann)


@pytest.fixture
async def cleo(database):
    hashed = await security.hash_password(PASSWORD)
    person = await add_person("cleo")
    async with db.transaction() as session:
        (await session.get(User, person.id)).password_hash = hashed
    return person


@both_databases
async def test_an_account_is_erased_after_a_week_with_everything_in_it(cleo, bob):
    async with engine.running():
        await _chat(cleo, "Long", messages=1500)
        await _chat(bob, "His")
        async with db.transaction() as session:
            await sessions.start_browser(session, cleo, Client(), keep=True)
        with pytest.raises(NotAllowed):
            await farewell.ask(cleo, "wrong")
        row = await farewell.ask(cleo, PASSWORD)
        assert timedelta(days=6) < row.erase_at - now() < timedelta(days=8)
        assert await farewell.erase_due() == 0
        await farewell.take_back(cleo)
        async with db.transaction() as session:
            (await session.get(User, cleo.id)).erase_at = now()
        assert await farewell.erase_due() == 1
    async with db.reading() as session:
        assert await session.get(User, cleo.id) is None
        assert [one.title for one in (await session.exec(select(Conversation))).all()] == ["His"]
        assert len((await session.exec(select(Message))).all()) == 1
        for table in (Session, ApiKey, DataExport):
            assert (await session.exec(select(table))).all() == []


async def test_the_only_administrator_of_others_stays(cleo, bob):
    async with db.transaction() as session:
        (await session.get(User, cleo.id)).role = Role.ADMIN
    with pytest.raises(Conflict, match="only administrator"):
        await farewell.ask(cleo, PASSWORD)
    await add_person("ada", role=Role.ADMIN)
    assert (await farewell.ask(cleo, PASSWORD)).erase_at


async def test_it_is_told_which_sessions_ended(ann):
    async with db.transaction() as session:
        for _ in range(3):
            await sessions.start_browser(session, ann, Client(), keep=True)
    async with db.reading() as session:
        first, second, third = [one.id for one in await sessions.of(session, ann)]
    with live.following(sessions.TOPIC) as told:
        async with db.transaction() as session:
            await sessions.end_others(session, ann, first)
        (ended,) = told.waiting()
    assert isinstance(ended, SessionsEnded)
    assert set(ended.ids) == {second, third}
    async with db.transaction() as session:
        with pytest.raises(NotFound):
            await sessions.revoke(session, ann, second)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "This computer"),
        ("::1", "This computer"),
        ("192.168.1.7", "Local network"),
        ("::ffff:10.0.0.1", "Local network"),
        ("8.8.4.4", "Internet, 8.8.4.…"),
        ("2a00:1450:4001::1", "Internet, 2a00:1450:4001:…"),
        ("", "Unknown place"),
    ],
)
def test_a_place_is_told_in_coarse_words(address, words):
    assert places.place(address) == words
