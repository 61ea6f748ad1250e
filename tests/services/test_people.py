"""People as administrators manage them: roles, blocking, passwords, deleting, groups."""

from __future__ import annotations

import itertools

import pytest
from conftest import add_person, both_databases
from sqlmodel import func, select

from ioverse_app import db
from ioverse_app.errors import AppError, Conflict, Invalid, NotAllowed, NotFound
from ioverse_app.services import (
    access,
    accounts,
    audit,
    conversations,
    groups,
    paying,
    people,
    sessions,
    shares,
)
from ioverse_app.services.access import Action
from ioverse_app.services.sessions import Client
from ioverse_app.tables import AuditEntry, Message, Role, Share, User, now


@pytest.fixture
async def owner(database):
    return await add_person("olga", role=Role.OWNER)


@pytest.fixture
async def admin(database):
    return await add_person("ada", role=Role.ADMIN)


async def do(deed, *arguments):
    async with db.transaction() as session:
        return await deed(session, *arguments)


async def groups_of(person) -> frozenset[str]:
    return (await paying.wallet_of(person)).groups


async def actions() -> list[str]:
    async with db.reading() as session:
        return list((await session.exec(select(AuditEntry.action))).all())


def test_each_role_may_do_all_that_the_one_below_it_may():
    allowed = [access.ALLOWED[role] for role in (Role.GUEST, Role.MEMBER, Role.ADMIN, Role.OWNER)]
    assert all(lower < higher for lower, higher in itertools.pairwise(allowed))
    assert allowed[-1] == set(Action)


def test_strangers_the_blocked_and_the_unknown_may_do_nothing():
    blocked = User(role=Role.OWNER, blocked_at=now())
    for person in (None, blocked, User(role="superuser")):
        assert not any(access.may(person, action) for action in Action)


@both_databases
async def test_only_owners_appoint(owner, admin, ann):
    await do(people.change_role, admin, ann.id, Role.GUEST)
    for role in (Role.ADMIN, Role.OWNER):
        with pytest.raises(NotAllowed):
            await do(people.change_role, admin, ann.id, role)
    for deed in (people.block, people.unblock):
        with pytest.raises(NotAllowed):
            await do(deed, admin, owner.id)
    with pytest.raises(NotAllowed):
        await people.delete(admin, owner.id)
    with pytest.raises(NotAllowed):
        await people.reset_password(admin, owner.id)
    with pytest.raises(NotAllowed):
        await people.create(admin, "Eve", "eve@example.org", Role.ADMIN)
    assert (await do(people.change_role, owner, ann.id, Role.OWNER)).role == Role.OWNER
    with pytest.raises(Conflict):
        await do(people.change_role, owner, owner.id, Role.MEMBER)
    with pytest.raises(Invalid):
        await do(people.change_role, owner, admin.id, "emperor")
    with pytest.raises(NotFound):
        await do(people.block, owner, "nobody")
    assert await actions() == ["person.role_changed"] * 2


async def test_who_was_demoted_meanwhile_manages_nobody(owner, admin, ann):
    await do(people.change_role, owner, admin.id, Role.MEMBER)
    assert admin.role == Role.ADMIN, "what a page may still believe"
    with pytest.raises(NotAllowed):
        await do(people.block, admin, ann.id)


async def test_who_is_blocked_is_out_at_once(admin, ann):
    tokens = await do(sessions.start_api, ann, Client())
    await do(people.block, admin, ann.id)
    async with db.reading() as session:
        with pytest.raises(AppError):
            await sessions.by_access_token(session, tokens.access)
    await do(people.unblock, admin, ann.id)
    async with db.reading() as session:
        with pytest.raises(AppError):
            await sessions.by_access_token(session, tokens.access)


@both_databases
async def test_a_new_person_signs_in_with_the_password_that_was_shown(admin, configure):
    configure(registration="closed")
    made, password = await people.create(admin, "Eve", "eve@example.org", Role.GUEST)
    assert made.role == Role.GUEST
    assert (await accounts.sign_in("eve", password, address="1")).id == made.id
    second = await people.reset_password(admin, made.id)
    with pytest.raises(AppError):
        await accounts.sign_in("eve", password, address="1")
    assert await accounts.sign_in("eve", second, address="1")
    assert await actions() == ["person.created", "person.password_reset", "session.refused"]


@both_databases
async def test_deleting_somebody_leaves_nothing_of_theirs(admin, ann, bob):
    async with db.transaction() as session:
        theirs = await conversations.start(session, ann, "Long")
        parent = None
        for number in range(1500):
            message = Message(
                conversation_id=theirs.id, parent_id=parent, role="user", content=f"{number}"
            )
            session.add(message)
            parent = message.id
        theirs.head_id = parent
        kept = await conversations.start(session, bob, "Kept")
    async with db.transaction() as session:
        await shares.create(session, ann, theirs.id, await shares.terms(live=True))
    await do(groups.create, admin, "Writers")
    await people.delete(admin, ann.id)
    async with db.reading() as session:
        assert await session.get(User, ann.id) is None
        for table in (Message, Share):
            assert (await session.exec(select(func.count()).select_from(table))).one() == 0
        assert (await conversations.get(session, bob, kept.id)).title == "Kept"
        last = (await audit.page(session, admin))[0]
        assert (last.action, last.about_id) == ("person.deleted", ann.id)
        assert "ann" not in str(last.details).lower()
    assert (await audit.verify()).is_whole


@both_databases
async def test_people_are_found_and_paged(admin, ann, bob):
    async with db.reading() as session:
        first = await people.page(session, admin, limit=2)
        rest = await people.page(session, admin, limit=2, cursor=first.next_cursor)
        assert [one.user.username for one in [*first.items, *rest.items]] == ["Bob", "Ann", "Ada"]
        assert rest.next_cursor is None
        for words, found in (("ANN", ["Ann"]), ("bob@", ["Bob"]), ("%", []), ("\x00_", [])):
            page = await people.page(session, admin, words=words)
            assert [one.user.username for one in page.items] == found
        with pytest.raises(NotAllowed):
            await people.page(session, ann)


@both_databases
async def test_groups(admin, ann, bob):
    writers = await do(groups.create, admin, " Writers ")
    readers = await do(groups.create, admin, "Readers")
    for name in ("WRITERS", "", "x" * 65):
        with pytest.raises(AppError):
            await do(groups.create, admin, name)
    await do(groups.put, admin, ann.id, [writers.id, readers.id, writers.id])
    assert await groups_of(ann) == {writers.id, readers.id}
    assert await groups_of(bob) == frozenset()
    await do(groups.put, admin, ann.id, [readers.id])
    assert await groups_of(ann) == {readers.id}
    await do(groups.rename, admin, readers.id, "Everybody")
    async with db.reading() as session:
        found = await groups.all_groups(session, admin)
        assert [(group.name, count) for group, count in found] == [("Everybody", 1), ("Writers", 0)]
        assert [g.name for g in (await people.get(session, admin, ann.id)).groups] == ["Everybody"]
    await do(groups.delete, admin, readers.id)
    assert await groups_of(ann) == frozenset()
    boss = await add_person("olga", role=Role.OWNER)
    for above in (boss, admin):
        with pytest.raises(NotAllowed, match="Only an owner"):
            await do(groups.put, admin, above.id, [writers.id])
        await do(groups.put, boss, above.id, [writers.id])
        assert await groups_of(above) == {writers.id}
    for deed in (
        lambda s: groups.create(s, ann, "Mine"),
        lambda s: groups.put(s, ann, ann.id, [writers.id]),
        lambda s: groups.delete(s, ann, writers.id),
    ):
        with pytest.raises(NotAllowed):
            await do(deed)
