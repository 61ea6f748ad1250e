"""What protects an account is changed by its owner only, whatever a client sends."""

import time

from pages import fire, page_of
from pyotp.totp import TOTP
from sqlmodel import select

from ioverse_app import db
from ioverse_app.services import second_factor
from ioverse_app.tables import Identity, Passkey
from ioverse_app.ui.account.authenticator import AuthenticatorState
from ioverse_app.ui.account.identities import ConnectionsState
from ioverse_app.ui.account.passkeys import PasskeysState


async def _add(row):
    async with db.transaction() as session:
        session.add(row)
    return row


async def _count(table) -> int:
    async with db.reading() as session:
        return len((await session.exec(select(table))).all())


async def test_a_passkey_is_its_owners(database, ann, bob):
    row = await _add(Passkey(user_id=ann.id, name="Laptop", credential_id="x", public_key="x"))
    for page in (await page_of(bob), await page_of(None)):
        await fire(page, PasskeysState.remove, row.id)
        await fire(page, PasskeysState.edit, row.id)
        await fire(page, PasskeysState.rename, {"name": "Mine"})
        state, _ = await fire(page, PasskeysState.load)
        assert state.items == []
    mine = await page_of(ann)
    state, _ = await fire(mine, PasskeysState.load)
    assert [item.name for item in state.items] == ["Laptop"]
    await fire(mine, PasskeysState.remove, row.id)
    assert await _count(Passkey) == 0


async def test_a_connection_is_its_owners(database, ann, bob):
    row = await _add(Identity(user_id=ann.id, issuer="https://id.example.org", subject="1"))
    await _add(Passkey(user_id=ann.id, name="Laptop", credential_id="x", public_key="x"))
    for page in (await page_of(bob), await page_of(None)):
        await fire(page, ConnectionsState.disconnect, row.id)
    assert await _count(Identity) == 1
    await fire(await page_of(ann), ConnectionsState.disconnect, row.id)
    assert await _count(Identity) == 0


async def test_the_app_is_turned_off_with_a_code_only(database, ann):
    page = await page_of(ann)
    state, _ = await fire(page, AuthenticatorState.begin)
    totp = TOTP(state.secret.replace(" ", ""))
    state, _ = await fire(page, AuthenticatorState.confirm, {"code": totp.at(time.time() - 30)})
    assert (state.secret, state.picture, len(state.codes)) == ("", "", 10)
    await fire(page, AuthenticatorState.load)
    assert (state.codes, state.codes_href, state.on) == ([], "", True)
    await fire(page, AuthenticatorState.ask, "everything")
    await fire(page, AuthenticatorState.change, {"code": totp.now()})
    await fire(page, AuthenticatorState.ask, "off")
    state, _ = await fire(page, AuthenticatorState.change, {"code": "000000"})
    assert "not right" in state.problem
    async with db.reading() as session:
        assert await second_factor.is_on(session, ann.id)
    await fire(page, AuthenticatorState.change, {"code": totp.now()})
    async with db.reading() as session:
        assert not await second_factor.is_on(session, ann.id)


async def test_a_stranger_gets_no_secret(database):
    page = await page_of(None)
    for handler, *values in (
        (AuthenticatorState.begin,),
        (AuthenticatorState.confirm, {"code": "000000"}),
        (AuthenticatorState.ask, "renew"),
        (AuthenticatorState.change, {"code": "000000"}),
    ):
        state, _ = await fire(page, handler, *values)
        assert (state.secret, state.codes) == ("", [])
