"""The OpenAPI document against the API that it describes, as schemathesis asks it.

Every check that it has, for a stranger, for a member with the cookie of a browser, and for an
owner with a token and with an API key. A few requests for each route; `DOCUMENT_EXAMPLES=20` asks
so often, and everything besides that lies at the edges of what is described (thousands).
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from contextlib import asynccontextmanager

import pytest
import schemathesis
from conftest import add_person
from objects import objects_of
from programs import api_client, signed_in
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished
from sqlmodel import SQLModel

from ioverse_app import db
from ioverse_app.api.application import create_api
from ioverse_app.api.guards import guarded
from ioverse_app.engine import engine
from ioverse_app.services import api_keys, sessions
from ioverse_app.services.sessions import Client
from ioverse_app.tables import ApiKey, Role

EXAMPLES = int(os.environ.get("DOCUMENT_EXAMPLES", "0"))
SEED = int(os.environ.get("DOCUMENT_SEED", "1"))
FRESH = "fresh"
"""Stands for a credential that is made for each request: many routes end sessions."""

WAYS = {
    "a stranger": (Role.MEMBER, {}),
    "a member by cookie": (Role.MEMBER, {"Cookie": f"{sessions.COOKIE}={FRESH}"}),
    "an owner by token": (Role.OWNER, {"Authorization": f"Bearer {FRESH}"}),
    "an owner by key": (Role.OWNER, {"Authorization": f"Bearer key {FRESH}"}),
}
RULES = ["2xx", "3xx", "400", "401", "403", "404", "409", "410", "413", "429", "5xx"]
"""What may become of a request that has the right shape: a document cannot tell every rule."""

OUTSIDE = ("no_clock", "provider_down", "model_not_found")
"""Why a 502 or 503 is right: there is no clock here, and no provider."""

ANOTHER_ADDRESS = ("POST /api/trash/restore", "allow_header_conformance")
"""Where DELETE is taken as well, for a chat whose id would be “restore”."""


class Served:
    """The API behind its guards, with one person in it."""

    def __init__(self, role: Role) -> None:
        self._role = role
        api = create_api()
        api.router.lifespan_context = self._running
        self._app = guarded(api)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            headers = [(name, await self._fresh(value)) for name, value in scope["headers"]]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def _running(self, _):
        async with db.engine().begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        self._person = await add_person("percy", role=self._role)
        await objects_of(self._person)
        async with engine.running():
            yield
        await db.close()

    async def _fresh(self, value: bytes) -> bytes:
        if not value.endswith(FRESH.encode()):
            return value
        start, client = value.decode().removesuffix(FRESH), Client("tests", "127.0.0.1")
        async with db.transaction() as session:
            match start:
                case "Bearer ":
                    start += (await sessions.start_api(session, self._person, client)).access
                case "Bearer key ":
                    start = "Bearer " + await self._key(session)
                case _:
                    start += await sessions.start_browser(session, self._person, client, keep=True)
        return start.encode()

    async def _key(self, session) -> str:
        for key in await session.exec(ApiKey.visible_to(self._person)):
            await session.delete(key)
        every = list(api_keys.Scope)
        _, secret = await api_keys.create(session, self._person, name="k", scopes=every)
        return secret


def test_the_document_names_who_may_ask_and_every_refusal():
    document = create_api().openapi()
    assert set(document["components"]["securitySchemes"]) == {"token", "signature", "browser"}
    answers = document["paths"]["/api/admin/groups"]["post"]
    assert answers["security"] == [{"token": []}, {"signature": []}, {"browser": []}]
    assert {"201", "400", "401", "403", "409", "413", "429"} <= set(answers["responses"])
    refusal = answers["responses"]["409"]["content"]["application/json"]["schema"]
    assert refusal == {"$ref": "#/components/schemas/Refused"}
    assert "Retry-After" in answers["responses"]["429"]["headers"]
    assert "security" not in document["paths"]["/api/login"]["post"]
    stream = document["paths"]["/api/chats/stream"]["get"]["responses"]["200"]
    assert list(stream["content"]) == ["text/event-stream"]
    every = [one for path in document["paths"].values() for one in path.values()]
    assert not [one for one in every if "422" in one["responses"]]


async def test_a_value_of_another_kind_is_refused_and_not_bent(ann):
    async with api_client() as api:
        mine = await signed_in(ann)
        for body in ({"live": 0}, {"hours": "24"}, {"views": True}):
            answer = await api.post("/api/chats/x/share", json=body, headers=mine)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_no_password_is_a_weak_one(ann):
    async with api_client() as api:
        judged = await api.post("/api/password/strength", json={"password": ""})
    assert judged.json()["score"] == 0


@pytest.fixture
def nothing_leaves(monkeypatch):
    """No name has an address."""

    def unknown(host, *_, **__):
        raise socket.gaierror(f"{host} is outside")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.parametrize("way", WAYS)
def test_the_api_answers_as_its_document_says(configure, nothing_leaves, way):
    configure(rate_limits="off", openai_base_url="http://127.0.0.1:9/v1")
    db.engine.cache_clear()
    role, headers = WAYS[way]
    asked, found = asked_of(Served(role), headers)
    print(f"{way}: {sum(asked.values())} requests {dict(asked)}")
    assert sum(asked.values()) > 100
    assert found == []


def asked_of(app, headers: dict[str, str]) -> tuple[Counter[int], list[str]]:
    """How many answers of each status came, and what was wrong with any."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=settled(headers))
    asked, found = Counter(), []
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            found.append(f"{event.label}: {event.value!r}")
        if isinstance(event, ScenarioFinished):
            answers = [one.response for one in event.recorder.interactions.values()]
            asked.update(answer.status_code for answer in answers if answer is not None)
            found += wrong(event.recorder)
    return asked, found


def settled(headers: dict[str, str]) -> SchemathesisConfig:
    generation = {
        "max-examples": EXAMPLES or 1,
        "deterministic": not EXAMPLES,
        "no-shrink": True,
        "allow-extra-parameters": False,
        "with-security-parameters": not headers,
    }
    return SchemathesisConfig.from_dict(
        {
            "headers": headers,
            "seed": SEED,
            "generation": generation,
            "phases": {"coverage": {"enabled": bool(EXAMPLES)}, "stateful": {"enabled": False}},
            "checks": {"positive_data_acceptance": {"expected-statuses": RULES}},
        }
    )


def wrong(recorder) -> list[str]:
    """What the checks say of a route, with how to ask for it again."""
    found = []
    for case_id, checks in recorder.checks.items():
        interaction = recorder.interactions.get(case_id)
        answer = interaction.response if interaction else None
        for check in checks:
            failed = check.failure_info
            if failed is None or (recorder.label, check.name) == ANOTHER_ADDRESS:
                continue
            if check.name == "not_a_server_error" and answer and _code(answer.json()) in OUTSIDE:
                continue
            found.append(
                f"{recorder.label}, {check.name}: {failed.failure.message}\n"
                f"{failed.code_sample}\n{answer and answer.content[:300]!r}"
            )
    return found


def _code(refusal: dict) -> str:
    """The code of an error in our shape, or in OpenAI's."""
    return refusal.get("error", refusal)["code"]
