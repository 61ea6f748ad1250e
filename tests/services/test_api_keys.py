"""API keys: made, checked, signed with, and deleted."""

import time
from datetime import timedelta

import pytest
from conftest import add_person, both_databases
from sqlmodel import select

from ioverse_app import db
from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from ioverse_app.services import api_keys, signatures
from ioverse_app.services.api_keys import Scope
from ioverse_app.services.signatures import SignedRequest
from ioverse_app.tables import ApiKey, Role, UsedNonce, now

ASKED = SignedRequest("POST", "/api/chats?x=1", b'{"a": 1}', "192.0.2.1")


async def _make(user, **values):
    async with db.transaction() as session:
        return await api_keys.create(session, user, **{"name": "Script", **values})


async def _who(secret, address="192.0.2.1"):
    async with db.reading() as session:
        return await api_keys.by_secret(session, secret, address)


@both_databases
async def test_a_key_says_who_it_is_and_only_its_hash_is_kept(ann):
    key, secret = await _make(ann, days=1)
    assert secret.startswith("iov_")
    assert (await _who(secret)).user.id == ann.id
    async with db.reading() as session:
        row = (await session.exec(select(ApiKey))).one()
    assert secret[-4:] == row.last4
    assert secret not in str(row.model_dump())
    assert key.scopes == [Scope.READ, Scope.CHAT]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"revoked_at": now()}, "API key has been revoked!"),
        ({"expires_at": now() - timedelta(seconds=1)}, "API key has expired!"),
        ({"secret_hash": "0" * 64}, "API key is invalid!"),
    ],
)
async def test_a_key_that_is_no_longer_good_is_refused(ann, change, sentence):
    key, secret = await _make(ann)
    async with db.transaction() as session:
        (await session.get(ApiKey, key.id)).sqlmodel_update(change)
    with pytest.raises(NotSignedIn, match=sentence):
        await _who(secret)


async def test_a_key_of_somebody_blocked_is_refused(ann):
    _, secret = await _make(ann)
    async with db.transaction() as session:
        (await session.get_one(type(ann), ann.id)).blocked_at = now()
    with pytest.raises(NotSignedIn):
        await _who(secret)


async def test_a_key_is_for_use_from_its_addresses(ann):
    key, secret = await _make(ann, networks=["192.0.2.7", "10.1.2.3/8", "2001:db8::/32"])
    assert key.networks == ["192.0.2.7/32", "10.0.0.0/8", "2001:db8::/32"]
    for good in ("192.0.2.7", "10.200.0.1", "2001:db8::5", "::ffff:192.0.2.7"):
        assert await _who(secret, good)
    for bad in ("192.0.2.8", "", "2001:db9::1"):
        with pytest.raises(NotAllowed, match="not for use from your address"):
            await _who(secret, bad)


@pytest.mark.parametrize(
    "values",
    [
        {"name": " "},
        {"name": "x" * 61},
        {"scopes": []},
        {"scopes": ["read", "everything"]},
        {"networks": ["somewhere"]},
        {"networks": [f"192.0.2.{n}" for n in range(11)]},
        {"days": 0},
        {"days": 100_000},
    ],
)
async def test_what_makes_no_key_is_refused(ann, values):
    with pytest.raises(Invalid):
        await _make(ann, **values)


async def test_only_administrators_have_keys_that_administer(ann):
    with pytest.raises(NotAllowed):
        await _make(ann, scopes=["admin"])
    ada = await add_person("ada", role=Role.ADMIN)
    assert (await _make(ada, scopes=["admin"]))[0].scopes == ["admin"]


async def test_a_person_has_some_keys_and_sees_no_others(ann, bob):
    keys = [(await _make(ann, name=f"Key {n}"))[0] for n in range(api_keys.MOST)]
    with pytest.raises(Conflict):
        await _make(ann)
    async with db.transaction() as session:
        assert await api_keys.of(session, bob) == []
        with pytest.raises(NotFound):
            await api_keys.revoke(session, bob, keys[0].id)
        await api_keys.change(session, ann, keys[0].id, name="Renamed", networks=["::1"])
        await api_keys.revoke(session, ann, keys[1].id)
    async with db.reading() as session:
        names = [key.name for key in await api_keys.of(session, ann)]
    assert len(names) == api_keys.MOST - 1
    assert names[-1] == "Renamed"


def _credentials(key, secret, asked=ASKED, *, at=None, nonce="0123456789abcdef"):
    at = str(int(time.time()) if at is None else at)
    made = signatures.signature(secret, asked, at, nonce)
    return f'key="{key.id}", timestamp="{at}", nonce="{nonce}", signature="{made}"'


@both_databases
async def test_a_signed_request_is_let_in_once(ann):
    key, secret = await _make(ann, signs=True)
    with pytest.raises(NotSignedIn, match="must sign"):
        await _who(secret)
    credentials = _credentials(key, secret)
    assert (await signatures.holder(credentials, ASKED)).user.id == ann.id
    with pytest.raises(NotSignedIn, match="sent before"):
        await signatures.holder(credentials, ASKED)
    assert await signatures.holder(_credentials(key, secret, nonce="another-nonce"), ASKED)
    async with db.transaction() as session:
        for row in (await session.exec(select(UsedNonce))).all():
            row.expires_at = now() - timedelta(seconds=1)
    assert await api_keys.purge_nonces() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"target": "/api/chats?x=2"},
        {"body": b'{"a": 2}'},
    ],
)
async def test_a_signature_covers_all_that_is_asked(ann, changes):
    key, secret = await _make(ann, signs=True)
    asked = SignedRequest(**{**_parts(ASKED), **changes})
    with pytest.raises(NotSignedIn, match="signature is invalid"):
        await signatures.holder(_credentials(key, secret), asked)


def _parts(asked):
    return {name: getattr(asked, name) for name in asked.__slots__}


@pytest.mark.parametrize("seconds", [-61, 61, -86_400])
async def test_a_signature_is_good_for_a_minute_of_real_time(ann, seconds):
    key, secret = await _make(ann, signs=True)
    late = _credentials(key, secret, at=int(time.time()) + seconds)
    with pytest.raises(NotSignedIn, match="timestamp"):
        await signatures.holder(late, ASKED)


@pytest.mark.parametrize(
    "credentials", ["", "key=1", "key=1, timestamp=2, nonce=short, signature=x", "=,=,=,="]
)
async def test_what_is_no_signature_is_refused(ann, credentials):
    with pytest.raises(NotSignedIn, match="cannot be read"):
        await signatures.holder(credentials, ASKED)


async def test_a_key_that_does_not_sign_signs_nothing(ann):
    key, secret = await _make(ann)
    with pytest.raises(NotSignedIn, match="API key is invalid!"):
        await signatures.holder(_credentials(key, secret), ASKED)
