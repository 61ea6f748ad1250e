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

from ioverse_app.api.application import create_api
from ioverse_app.engine import engine
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import Role

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
    ("POST", "/api/chats/{chat_id}/share"): Action.SHARE,
    ("GET", "/api/chats/{chat_id}/export"): Action.EXPORT,
    ("POST", "/api/exports"): Action.EXPORT,
    ("POST", "/api/attachments"): Action.UPLOAD,
    ("POST", "/api/imports"): Action.IMPORT,
    ("POST", "/api/imports/{import_id}/run"): Action.IMPORT,
    ("GET", "/api/chats/messages"): Action.READ,
    ("GET", "/api/chats"): Action.READ,
    ("POST", "/api/chats/pin"): Action.READ,
    ("GET", "/api/admin/people"): Action.ADMINISTER,
    ("POST", "/api/admin/people"): Action.ADMINISTER,
    ("PATCH", "/api/admin/settings"): Action.ADMINISTER,
    ("GET", "/api/admin/audit"): Action.ADMINISTER,
    ("GET", "/api/admin/doctor"): Action.ADMINISTER,
}


@pytest.mark.parametrize("role", Role, ids=str)
async def test_each_role_may_do_what_the_table_says_with_its_own(api, role):
    """The same routes with one's own objects: refused with 403 exactly where the table says so."""
    asker = await person(role)
    known = await objects_of(asker)
    for (method, path), action in MATRIX.items():
        headers = await signed_in(asker)
        address = path.format(**known)
        sent = _sent(path, known)
        answer = await api.request(method, address, headers=headers, **sent)
        where = f"{method} {path} as {role}: {answer.status_code} {answer.text[:200]}"
        if access.may(asker, action):
            assert answer.status_code in (200, 201, 202), where
        else:
            assert answer.status_code == 403, where


def _sent(path: str, known: dict[str, str]) -> dict:
    if path == "/api/attachments":
        return {"files": {"file": ("text.txt", b"Text")}}
    if path == "/api/imports":
        return {"content": CHATS}
    bodies = {
        "/api/chats/{chat_id}/share": {"live": True},
        "/api/chats/pin": {"chat_id": known["chat_id"]},
        "/api/exports": {"chat_ids": [known["chat_id"]]},
        "/api/admin/people": {"username": "Eve", "email": "eve@example.org"},
        "/api/admin/settings": {"banner": "Hello"},
    }
    if path in bodies:
        return {"json": bodies[path]}
    return {"params": {"chat_id": known["chat_id"]}} if path.endswith("messages") else {}


CHATS = b"""[{"uuid": "c", "name": "Bread",
 "chat_messages": [{"uuid": "q", "sender": "human", "text": "How long?"}]}]"""
