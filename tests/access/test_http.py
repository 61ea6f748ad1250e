"""The matrix over HTTP: every route, for every role, against what is somebody else's.

A new route with a new kind of object has to be told whose it is in `objects`: until then the
first test fails.
"""

from __future__ import annotations

import re

import pytest
from conftest import add_person
from objects import ADMINISTRATORS, OWN_OF_ALL, PUBLIC, SECRET, objects_of, rows_of
from programs import api_client, signed_in
from raw_server import raw_server, whole

from ioverse_app import db
from ioverse_app.api.application import create_api
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import access, providers
from ioverse_app.services.access import Action
from ioverse_app.services.providers import Changes
from ioverse_app.tables import Group, Role

ROLES = [None, *Role]


def routes() -> list[tuple[str, str]]:
    """Every documented route: its method and its path."""
    paths = create_api().openapi()["paths"]
    found = [(m.upper(), path) for path, methods in paths.items() for m in methods]
    return sorted(found, key=lambda route: (route[0] == "DELETE", route))


@pytest.fixture(autouse=True)
async def running(database):
    async with engine.running():
        yield
    await registry.close()


@pytest.fixture
async def api(database):
    async with api_client() as api:
        yield api


async def person(role: Role | None):
    return await add_person("percy", role=role) if role else None


async def ask(api, user, method: str, path: str, known: dict[str, str]):
    """Ask for this route, with the ids of these objects in its path, query and body."""
    headers = await signed_in(user) if user else {}
    address = re.sub(r"{(\w+)}", lambda match: known[match[1]], path)
    body = {**known, "username": "x", "reason": "Just looking around here", "name": "x"}
    sent = {"json": body} if method in ("POST", "PUT", "PATCH") else {}
    params = {name: known[name] for name in ("chat_id", "owner_id") if name in known}
    return await api.request(method, address, headers=headers, params=params, **sent)


async def test_every_object_in_a_path_has_an_owner_here(ann):
    known = await objects_of(ann)
    named = {name for _, path in routes() for name in re.findall(r"{(\w+)}", path)}
    assert named <= set(known), "say in tests/access/objects.py whose these are"


@pytest.mark.parametrize("role", ROLES, ids=str)
async def test_nobody_reaches_what_is_anns(api, ann, role):
    """Each route with Ann's ids, by somebody of each role: refused, and her rows as they were."""
    known, asker = await objects_of(ann), await person(role)
    before = await rows_of(ann)
    for method, path in routes():
        if path in PUBLIC or (method, path) in OWN_OF_ALL or path.startswith(ADMINISTRATORS):
            continue
        if access.may(asker, Action.ADMINISTER) and path == "/api/users/{user_id}":
            continue
        answer = await ask(api, asker, method, path, known)
        where = f"{method} {path} as {role}: {answer.status_code} {answer.text[:200]}"
        assert answer.status_code < 500, where
        assert SECRET not in answer.text, where
        if role is None:
            assert answer.status_code in (400, 401), where
        elif "{" in path:
            assert answer.status_code in (400, 403, 404), where
    assert await rows_of(ann) == before


@pytest.mark.parametrize("role", ROLES, ids=str)
async def test_the_administration_is_for_administrators(api, ann, role):
    known, asker = await objects_of(ann), await person(role)
    before = await rows_of(ann)
    allowed = role in (Role.ADMIN, Role.OWNER)
    for method, path in routes():
        if not path.startswith(ADMINISTRATORS):
            continue
        if allowed and method != "GET":
            continue
        answer = await ask(api, asker, method, path, known)
        where = f"{method} {path} as {role}: {answer.status_code} {answer.text[:200]}"
        assert SECRET not in answer.text, where
        if allowed:
            assert answer.status_code in (200, 404, 503), where
        else:
            assert answer.status_code in ((403, 400) if role else (401,)), where
    assert await rows_of(ann) == before


MATRIX = {
    Action.READ: [
        ("GET", "/api/chats"),
        ("GET", "/api/chats/messages"),
        ("GET", "/api/chats/{chat_id}/messages"),
        ("POST", "/api/chats/pin"),
        ("GET", "/api/users/me/preferences"),
        ("GET", "/api/usage"),
        ("GET", "/api/keys"),
        ("GET", "/api/users/me/provider-keys"),
        ("DELETE", "/api/users/me/sessions/{session_id}"),
    ],
    Action.CHAT: [("POST", "/api/chats")],
    Action.UPLOAD: [("POST", "/api/attachments")],
    Action.IMPORT: [("POST", "/api/imports"), ("POST", "/api/imports/{import_id}/run")],
    Action.EXPORT: [("GET", "/api/chats/{chat_id}/export"), ("POST", "/api/exports")],
    Action.SHARE: [("POST", "/api/chats/{chat_id}/share")],
    Action.KEYS: [
        ("POST", "/api/keys"),
        ("PATCH", "/api/keys/{key_id}"),
        ("PUT", "/api/keys/{key_id}/budgets/{period}"),
        ("DELETE", "/api/keys/{key_id}/budgets/{period}"),
        ("PUT", "/api/users/me/provider-keys/{provider}"),
    ],
    Action.ADMINISTER: [
        ("GET", "/api/admin/people"),
        ("POST", "/api/admin/people"),
        ("GET", "/api/admin/people/{other_id}"),
        ("PATCH", "/api/admin/people/{other_id}"),
        ("GET", "/api/admin/people/{other_id}/provider-keys"),
        ("PUT", "/api/admin/people/{other_id}/provider-keys/{provider}"),
        ("DELETE", "/api/admin/people/{other_id}/provider-keys/{provider}"),
        ("GET", "/api/admin/groups/{group_id}/provider-keys"),
        ("PUT", "/api/admin/groups/{group_id}/provider-keys/{provider}"),
        ("DELETE", "/api/admin/groups/{group_id}/provider-keys/{provider}"),
        ("GET", "/api/admin/budgets"),
        ("POST", "/api/admin/budgets"),
        ("PATCH", "/api/admin/settings"),
        ("GET", "/api/admin/audit"),
        ("GET", "/api/admin/doctor"),
    ],
    Action.OPEN: [("POST", "/api/admin/chats/{other_chat_id}/open")],
    Action.APPOINT: [
        ("PATCH", "/api/admin/people/{boss_id}"),
        ("PUT", "/api/admin/people/{boss_id}/provider-keys/{provider}"),
    ],
}
"""Every action, and routes that are it: with one's own objects, or with those one manages."""


def test_the_matrix_has_every_action():
    assert set(MATRIX) == set(Action)


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("action", Action, ids=str)
async def test_each_role_may_do_what_the_table_says_with_its_own(api, ann, role, action):
    """Refused with 403 exactly where the table of `services.access` says so."""
    asker, boss = await person(role), await add_person("boss", role=Role.ADMIN)
    known = {**await objects_of(asker), "other_id": ann.id, "boss_id": boss.id}
    known["other_chat_id"] = (await objects_of(ann))["chat_id"]
    async with db.transaction() as session:
        group = Group(name="Writers", name_folded="writers")
        session.add(group)
    known |= {"group_id": group.id, "provider": "groq"}
    headers = await signed_in(asker)
    if action in (Action.READ, Action.CHAT):
        registry.use(Scripted(words("Hi.")))
    async with raw_server(*[LIST] * 4) as server:
        await providers.add(boss, "groq", Changes(base_url=server.url))
        for method, path in MATRIX[action]:
            sent = _sent(path, known)
            answer = await api.request(method, path.format(**known), headers=headers, **sent)
            where = f"{method} {path} as {role}: {answer.status_code} {answer.text[:200]}"
            if access.may(asker, action):
                assert answer.status_code in (200, 201, 202, 204), where
            else:
                assert answer.status_code == 403, where


def _sent(path: str, known: dict[str, str]) -> dict:
    if path == "/api/attachments":
        return {"files": {"file": ("text.txt", b"Text")}}
    if path == "/api/imports":
        return {"content": CHATS}
    bodies = {
        "/api/chats": {"message": "Hello"},
        "/api/chats/{chat_id}/share": {"live": True},
        "/api/chats/pin": {"chat_id": known["chat_id"]},
        "/api/exports": {"chat_ids": [known["chat_id"]]},
        "/api/keys": {"name": "Script"},
        "/api/keys/{key_id}": {"name": "Renamed"},
        "/api/keys/{key_id}/budgets/{period}": {"hard_cost": 5},
        "/api/admin/people": {"username": "Eve", "email": "eve@example.org"},
        "/api/admin/people/{other_id}": {"group_ids": [known["group_id"]]},
        "/api/admin/people/{boss_id}": {"group_ids": [known["group_id"]]},
        "/api/admin/budgets": {"scope": "group", "scope_id": known["group_id"], "hard_cost": 5},
        "/api/admin/chats/{other_chat_id}/open": {"reason": "Somebody asked for help"},
        "/api/admin/settings": {"banner": "Hello"},
    }
    if path.endswith("/provider-keys/{provider}"):
        return {"json": {"key": "sk-12345678"}}
    if path in bodies:
        return {"json": bodies[path]}
    return {"params": {"chat_id": known["chat_id"]}} if path.endswith("messages") else {}


LIST = whole(b'{"data": [{"id": "llama-3.3"}]}', 200, "application/json")
CHATS = b"""[{"uuid": "c", "name": "Bread",
 "chat_messages": [{"uuid": "q", "sender": "human", "text": "How long?"}]}]"""
