"""Passwords that are forgotten or changed, and addresses that are changed."""

import asyncio
import email
from datetime import timedelta
from email.policy import default

import pytest
from conftest import both_databases
from sqlmodel import select

from ioverse_app import db, mail
from ioverse_app.errors import Gone, Invalid, NotAllowed, NotSignedIn, TooMany
from ioverse_app.services import (
    accounts,
    email_change,
    guesses,
    mailed_links,
    post,
    recovery,
    sessions,
)
from ioverse_app.services.sessions import Client
from ioverse_app.tables import AccountToken, User, now

PASSWORD = "a fine long password"
NEW = "another fine passphrase"


@pytest.fixture(autouse=True)
def _nobody_has_guessed():
    guesses.forget_all()


@pytest.fixture
async def cleo(database) -> User:
    account = await accounts.draft("Cleo", "cleo@example.org", PASSWORD)
    async with db.transaction() as session:
        return await accounts.register(session, account)


async def _letters() -> list[email.message.EmailMessage]:
    await post.settled()
    found = sorted(mail.folder().glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]


async def _token() -> str:
    text = (await _letters())[-1].get_body(("plain",)).get_content()
    return text.partition("token=")[2].split()[0]


async def _forgotten(login: str = "cleo@example.org", address: str = "192.0.2.1") -> None:
    recovery.forgotten(login, address=address)
    await post.settled()


async def _sign_in(password: str) -> User:
    return await accounts.sign_in("cleo", password, address="192.0.2.1")


async def _browser(user: User) -> str:
    async with db.transaction() as session:
        return await sessions.start_browser(session, user, Client(), keep=True)


async def _is_open(cookie: str) -> bool:
    async with db.reading() as session:
        return await sessions.by_cookie(session, cookie) is not None


@both_databases
async def test_a_forgotten_password_is_chosen_anew_by_a_mailed_link(cleo):
    cookie = await _browser(cleo)
    await _forgotten()
    token = await _token()
    await recovery.reset(token, NEW)
    assert (await _sign_in(NEW)).id == cleo.id
    with pytest.raises(NotSignedIn):
        await _sign_in(PASSWORD)
    assert not await _is_open(cookie), "every session ended"
    with pytest.raises(Gone):
        await recovery.reset(token, PASSWORD)
    assert "was changed" in (await _letters())[-1]["Subject"]


@both_databases
async def test_one_of_two_who_use_a_link_at_once_gets_it(cleo):
    await _forgotten()
    token = await _token()
    made = await asyncio.gather(
        *(recovery.reset(token, f"{NEW} {n}") for n in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, User) for one in made) == 1
    assert sum(isinstance(one, Gone) for one in made) == 2


async def test_the_mail_says_what_it_is_for_and_keeps_no_secret_but_the_link(cleo):
    await _forgotten("Cleo")
    (letter,) = await _letters()
    assert letter["To"] == "cleo@example.org"
    assert letter["Subject"] == "Choose a new password for IOverse"
    token = await _token()
    for kind in ("plain", "html"):
        body = letter.get_body((kind,)).get_content()
        assert f"http://localhost:3000/reset-password?token={token}" in body
        assert "within one hour" in body
    async with db.reading() as session:
        row = (await session.exec(select(AccountToken))).one()
    assert token not in str(row)
    assert all(path.stat().st_mode & 0o077 == 0 for path in mail.folder().iterdir())


@pytest.mark.parametrize("login", ["nobody", "nobody@example.org", "", "a\0b", "x" * 9000])
async def test_nobody_is_mailed_and_nobody_learns_so(cleo, login):
    await _forgotten(login)
    assert await _letters() == []


async def test_a_person_is_mailed_a_few_times_an_hour_and_an_address_asks_a_few_times(cleo):
    for n in range(6):
        await _forgotten(address=f"192.0.2.{n}")
    assert len(await _letters()) == mailed_links.MOST
    for _ in range(guesses.FAILURES):
        await _forgotten("nobody", address="198.51.100.1")
    with pytest.raises(TooMany):
        await _forgotten(address="198.51.100.1")


async def test_a_link_that_is_too_old_leads_nowhere(cleo):
    await _forgotten()
    token = await _token()
    async with db.transaction() as session:
        (await session.exec(select(AccountToken))).one().expires_at = now() - timedelta(seconds=1)
    with pytest.raises(Gone):
        await recovery.reset(token, NEW)
    assert await mailed_links.purge() == 1


async def test_a_weak_password_does_not_use_the_link_up(cleo):
    await _forgotten()
    token = await _token()
    with pytest.raises(Invalid):
        await recovery.reset(token, "cleo@example.org")
    await recovery.reset(token, NEW)


async def test_changing_the_password_ends_every_other_session(cleo):
    mine, other = await _browser(cleo), await _browser(cleo)
    async with db.reading() as session:
        keep = (await sessions.by_cookie(session, mine)).session.id
    with pytest.raises(NotAllowed):
        await recovery.change(cleo, "wrong", NEW, keep=keep)
    await recovery.change(cleo, PASSWORD, NEW, keep=keep)
    assert [await _is_open(cookie) for cookie in (mine, other)] == [True, False]
    assert await _sign_in(NEW)


@both_databases
async def test_an_address_is_ones_own_once_its_link_was_opened(cleo):
    await email_change.ask(cleo, "New@example.org", PASSWORD)
    await email_change.confirm(await _token())
    await post.settled()
    async with db.reading() as session:
        row = await session.get(User, cleo.id)
    assert (row.email, row.email_folded) == ("New@example.org", "new@example.org")
    assert {letter["To"] for letter in await _letters()} == {"New@example.org", "cleo@example.org"}


async def test_an_address_of_somebody_else_is_not_told_apart(cleo, bob):
    await email_change.ask(cleo, bob.email, PASSWORD)
    assert await _letters() == []
    with pytest.raises(NotAllowed):
        await email_change.ask(cleo, "new@example.org", "wrong")
    with pytest.raises(Invalid):
        await email_change.ask(cleo, "nowhere", PASSWORD)
