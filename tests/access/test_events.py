"""The matrix over Reflex events: every handler of every state, sent by whoever should not.

Any client may send any event with any arguments. Each is sent with Ann's ids in every place, by a
stranger, a guest, a member and an administrator: her rows stay as they were, and nothing that she
wrote is in what comes back.
"""

from __future__ import annotations

import asyncio
import inspect
from contextlib import suppress

import pytest
from conftest import add_person
from objects import SECRET, objects_of, rows_of
from pages import page_of
from sqlalchemy import text

from ioverse_app import db, ioverse_app
from ioverse_app.engine import engine
from ioverse_app.errors import AppError
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import access, audit
from ioverse_app.services.access import Action
from ioverse_app.tables import Group, Role
from ioverse_app.ui.account.api_keys import ApiKeysState
from ioverse_app.ui.accounts import current
from ioverse_app.ui.admin.groups import GroupsState
from ioverse_app.ui.admin.people_state import PeopleState
from ioverse_app.ui.chats.state import ChatState

assert ioverse_app.app, "importing it makes every page and state"

SECONDS = 0.3
"""For how long a handler that follows something is listened to."""


def states():
    """Every state of the pages."""
    import reflex as rx

    waiting, found = [rx.State], []
    while waiting:
        state = waiting.pop()
        waiting += state.get_substates()
        if state.__module__.startswith("ioverse_app.ui"):
            found.append(state)
    return sorted(found, key=lambda state: state.get_full_name())


def handlers(state):
    """Its own events; those that Reflex makes are its own business."""
    return [handler for name, handler in sorted(vars(state).items()) if _is_handler(handler)]


def _is_handler(candidate) -> bool:
    from reflex.event import EventHandler

    return type(candidate) is EventHandler


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        yield


async def sent(state, handler, arguments, seconds: float = SECONDS) -> str:
    """What a client sees of it: what is yielded, or the sentence that refuses."""
    seen: list[object] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            try:
                result = handler.fn(state, *arguments)
                if hasattr(result, "__aiter__"):
                    async for item in result:
                        seen.append(item)
                elif inspect.isawaitable(result):
                    seen.append(await result)
                else:
                    seen.append(result)
            except AppError as error:
                seen.append(error.message)
            except Exception as error:  # the page apologises; here it counts what was done
                seen.append(type(error).__name__)
    return str(seen)


def tries(handler, known: dict[str, str]):
    """Arguments: each of Ann's ids in every place, and a form with all of them."""
    names = list(inspect.signature(handler.fn).parameters)[1:]
    form = {**known, "reason": "Just looking around", "message": "Hello", "name": "x"}
    ids = list(dict.fromkeys(known.values()))
    if not names:
        return [()]
    everything = [(one,) * len(names) for one in ids]
    return [*everything, (form,) * len(names), ([*ids],) * len(names), (True,) * len(names)]


ROLES = [None, Role.GUEST, Role.MEMBER]


@pytest.mark.parametrize("role", ROLES, ids=str)
async def test_no_event_reaches_what_is_anns(ann, role):
    known = await objects_of(ann)
    asker = await add_person("percy", role=role) if role else None
    before, deeds = await rows_of(ann), (await audit.verify()).count
    count = 0
    for state in states():
        for handler in handlers(state):
            root = await page_of(asker, f"/chat/{known['chat_id']}")
            page = await root.get_state(state)
            for arguments in tries(handler, known):
                said = await sent(page, handler, arguments)
                assert SECRET not in said, f"{state.__name__}.{handler.fn.__name__}{arguments}"
                count += 1
            assert SECRET not in str(root.dict()), f"{state.__name__}.{handler.fn.__name__}"
    assert count > 100, "there are events at all"
    assert await rows_of(ann) == before
    async with db.reading() as session:
        ann.role = Role.ADMIN
        for entry in (await audit.page(session, ann, limit=200))[: -deeds or None]:
            assert entry.about_id != ann.id, entry


@pytest.mark.parametrize("role", ROLES, ids=str)
async def test_the_administration_tells_nobody_else_anything(ann, role):
    known = await objects_of(ann)
    asker = await add_person("percy", role=role) if role else None
    for state in states():
        if ".ui.admin." not in f"{state.__module__}.":
            continue
        root = await page_of(asker, "/admin")
        page = await root.get_state(state)
        fresh = {name: getattr(page, name) for name in state.base_vars if name != "form"}
        for handler, (first, *_) in ((h, tries(h, known)) for h in handlers(state)):
            said = await sent(page, handler, first)
            assert ann.username not in said
        for name, value in fresh.items():
            after = getattr(page, name)
            assert after == value or after in (*known.values(), True, False), f"{state}.{name}"


DEEDS = {
    Action.READ: (ApiKeysState.load, lambda known: ()),
    Action.CHAT: (ChatState.send, lambda known: ({"message": "Hello"},)),
    Action.KEYS: (ApiKeysState.limit, lambda known: ({"period": "month", "hard_tokens": "7"},)),
    Action.ADMINISTER: (GroupsState.create, lambda known: ({"name": "Writers"},)),
    Action.APPOINT: (PeopleState.put, lambda known: (known["boss_id"], known["group_id"], True)),
}
"""What only some may do with their own, as events; every action of keys, chats and people."""


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("action", DEEDS, ids=str)
async def test_an_event_does_what_the_table_says_for_each_role(database, role, action):
    asker, boss = await add_person("percy", role=role), await add_person("boss", role=Role.ADMIN)
    known = {**await objects_of(asker), "boss_id": boss.id}
    async with db.transaction() as session:
        group = Group(name="Readers", name_folded="readers")
        session.add(group)
    known["group_id"] = group.id
    registry.use(Scripted(words("Hi.")))
    handler, arguments = DEEDS[action]
    root = await page_of(asker)
    page = await root.get_state(globals()[handler.fn.__qualname__.split(".")[0]])
    if action == Action.KEYS:
        page.chosen_id = known["key_id"]
    await sent(page, handler, arguments(known), seconds=10)
    done = {
        Action.READ: lambda: bool(page.keys),
        Action.CHAT: "SELECT count(*) FROM run WHERE conversation_id <> :chat_id",
        Action.KEYS: "SELECT count(*) FROM budget WHERE hard_tokens = 7",
        Action.ADMINISTER: "SELECT count(*) FROM \"group\" WHERE name = 'Writers'",
        Action.APPOINT: "SELECT count(*) FROM group_member WHERE user_id = :boss_id",
    }[action]
    if isinstance(done, str):
        async with db.reading() as session:
            found = await session.execute(text(done).bindparams(**_named(done, known)))
            happened = bool(found.scalar_one())
    else:
        happened = done()
    assert happened is access.may(asker, action)
    await registry.close()


def _named(statement: str, known: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in known.items() if f":{name}" in statement}


async def test_every_state_is_looked_at():
    found = {state.__name__: len(handlers(state)) for state in states()}
    for name in ("ChatState", "ShareState", "PeopleState", "OversightState", "TrashState"):
        assert found[name] > 3, found
