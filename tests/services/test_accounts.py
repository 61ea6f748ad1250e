"""Who may have an account, and who gets into it."""

import asyncio

import pytest
from conftest import add_person, both_databases
from sqlmodel import select

from ioverse_app import db, security
from ioverse_app.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from ioverse_app.services import accounts, guesses
from ioverse_app.tables import Role, User, now

PASSWORD = "a fine long password"


@pytest.fixture(autouse=True)
def _nobody_has_guessed():
    guesses.forget_all()


async def _register(username: str = "Cleo", email: str = "cleo@example.org") -> User:
    account = await accounts.draft(username, email, PASSWORD)
    async with db.transaction() as session:
        return await accounts.register(session, account)


async def _sign_in(login: str, password: str = PASSWORD, address: str = "192.0.2.1") -> User:
    return await accounts.sign_in(login, password, address=address)


async def test_an_account_is_kept_as_typed_and_found_however_it_is_written(database):
    cleo = await _register("Clëo", "Cleo@Example.org")
    assert (cleo.username, cleo.email) == ("Clëo", "Cleo@Example.org")
    assert cleo.password_hash.startswith("$argon2id$")
    for login in (
        "clëo",
        "CLËO",
        "cle\u0308o",
        "cleo@example.ORG",
        "  Clëo ",
        "ｃｌｅｏ@example.org",
    ):
        assert (await _sign_in(login)).id == cleo.id


@both_databases
async def test_the_first_account_administers_and_the_others_do_not(database):
    assert (await _register()).is_admin
    assert not (await _register("Dora", "dora@example.org")).is_admin


@both_databases
async def test_one_of_two_who_register_at_the_same_moment_administers(database):
    made = await asyncio.gather(
        *(_register(f"person{n}", f"person{n}@example.org") for n in range(6))
    )
    assert sorted(user.role for user in made) == [Role.MEMBER] * 5 + [Role.OWNER]


@both_databases
async def test_one_of_two_who_want_the_same_name_at_the_same_moment_gets_it(database):
    made = await asyncio.gather(
        *(_register("Cleo", f"cleo{n}@example.org") for n in range(4)), return_exceptions=True
    )
    refused = [error for error in made if isinstance(error, Invalid)]
    assert [str(error) for error in refused] == ["Username already taken"] * 3


@both_databases
@pytest.mark.parametrize(
    ("username", "email", "sentence"),
    [
        ("Dora", "CLEO@example.org", "Email already registered"),
        ("ｃｌｅｏ", "dora@example.org", "Username already taken"),
        ("CLEO", "cleo@example.org", "Email already registered"),
    ],
)
async def test_a_name_and_an_address_belong_to_one_account(database, username, email, sentence):
    await _register()
    with pytest.raises(Invalid) as refused:
        await _register(username, email)
    assert (refused.value.message, refused.value.status) == (sentence, 400)


@pytest.mark.parametrize(
    "missing", [("", "a@b.org", "x"), ("a", "", "x"), ("a", "a@b.org", ""), (None, None, None)]
)
async def test_all_three_fields_are_required(missing):
    with pytest.raises(Invalid, match="Email, username, and password are required"):
        await accounts.draft(*missing)


@pytest.mark.parametrize("name", ["a", "Ann", "安", "Ann Lee", "o'neil", "x" * 64, "münchen_1.2-3"])
async def test_names_of_visible_characters_are_good(name):
    assert (await accounts.draft(name, "someone@example.org", PASSWORD)).username == name


@pytest.mark.parametrize(
    "name",
    ["x" * 65, "a@b", "a＠b", "a\0b", "a\u200bb", "\u3164", "\u2800", "a\u202eb", "\ufdfa" * 10],
)
async def test_names_that_nobody_could_read_or_that_look_like_addresses_are_refused(name):
    with pytest.raises(Invalid) as refused:
        await accounts.draft(name, "someone@example.org", PASSWORD)
    assert refused.value.code == "username_unusable"


@pytest.mark.parametrize(
    "email", ["ann", "ann@", "@example.org", "a b@c.org", "a@b", "a@b@c.org", "a\0@b.org", "a@b..c"]
)
async def test_what_is_no_address_is_refused(email):
    with pytest.raises(Invalid) as refused:
        await accounts.draft("Someone", email, PASSWORD)
    assert refused.value.code == "email_unusable"


@pytest.mark.parametrize("email", ["a.b+c@sub.example.org", "jürgen@müller.de", "admin@localhost"])
async def test_addresses_of_every_shape_are_good(email):
    assert (await accounts.draft("Someone", email, PASSWORD)).email == email


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short12", "password_too_short"),
        ("x1" * 129, "password_too_long"),
        ("\ufdfa" * 100, "password_too_long"),
        ("Password123", "password_common"),
        ("QWERTYUIOP", "password_common"),
        ("83920174651", "password_numeric"),
        ("Someone.1", "password_like_name"),
        ("wherever-mail", "password_like_name"),
        ("someone@wherever-mail.org", "password_like_name"),
        ("sunshine2024", "password_guessable"),
        ("密码密码密码密码", "password_guessable"),
        ("x1" * 128, "password_guessable"),
    ],
)
async def test_a_password_that_is_guessed_soon_is_refused(password, code):
    with pytest.raises(Invalid) as refused:
        await accounts.draft("Someone1", "someone@wherever-mail.org", password)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password", ["x1y2z3w4", "ein langer Satz", "密码锁在柜子里面", "barley open " * 20]
)
async def test_any_other_password_is_good(password):
    await accounts.draft("Someone", "someone@example.org", password)


@pytest.mark.parametrize("registration", ["closed", "invite"])
async def test_registration_can_be_closed(configure, registration):
    configure(registration=registration)
    with pytest.raises(NotAllowed, match="Ask an administrator"):
        await accounts.draft("Cleo", "cleo@example.org", PASSWORD)


@pytest.mark.parametrize("login", ["cleo", "nobody", "nobody@example.org", "a\0b", "x" * 10_000])
@both_databases
async def test_a_stranger_and_a_wrong_password_get_the_same_answer(database, login):
    await _register()
    with pytest.raises(NotSignedIn, match=r"^Email or Password is incorrect$"):
        await _sign_in(login, "not the password")


async def test_a_stranger_takes_as_long_as_a_wrong_password(database, monkeypatch):
    """Both verify one argon2id hash of the same cost."""
    await _register()
    checked = []
    verify = security._argon2id.verify

    def counting(password: str, hashed: str) -> bool:
        checked.append(hashed.split("$")[1:4])
        return verify(password, hashed)

    monkeypatch.setattr(security._argon2id, "verify", counting, raising=False)
    for login in ("cleo", "nobody"):
        with pytest.raises(NotSignedIn):
            await _sign_in(login, "not the password")
    assert len(checked) == 2
    assert checked[0] == checked[1]


async def test_somebody_without_a_password_cannot_sign_in(database, ann):
    with pytest.raises(NotSignedIn):
        await _sign_in("ann", "!")


async def test_a_blocked_person_learns_so_only_with_the_right_password(database):
    cleo = await _register()
    async with db.transaction() as session:
        (await session.get(User, cleo.id)).blocked_at = now()
    with pytest.raises(NotSignedIn):
        await _sign_in("cleo", "not the password")
    with pytest.raises(NotAllowed, match="blocked"):
        await _sign_in("cleo")


async def test_an_address_that_guessed_wrong_ten_times_must_wait(database):
    await _register()
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            await _sign_in("cleo", "not the password")
    with pytest.raises(TooMany) as refused:
        await _sign_in("cleo")
    assert 0 < refused.value.retry_after <= 300
    assert await _sign_in("cleo", address="192.0.2.2")


async def test_an_account_rests_longer_with_every_guess_from_wherever(database):
    await _register()
    await _register("Dora", "dora@example.org")
    for login in ("cleo", "nobody"):
        for n in range(guesses.ACCOUNT_FAILURES):
            with pytest.raises(NotSignedIn):
                await _sign_in(login, "not the password", address=f"192.0.2.{n}")
        with pytest.raises(TooMany) as refused:
            await _sign_in(login, address="192.0.2.200")
        assert refused.value.code == "account_resting", "also of a name that nobody has"
        guesses.add_account(login)
        with pytest.raises(TooMany) as later:
            await _sign_in(login, address="192.0.2.200")
        assert later.value.retry_after > refused.value.retry_after
    assert await _sign_in("dora")
    guesses.forgive("cleo")
    assert await _sign_in("cleo")


async def test_guesses_made_at_once_do_not_slip_by(database):
    await _register()
    passwords = ["not the password"] * 30 + [PASSWORD]
    made = await asyncio.gather(
        *(_sign_in("cleo", password) for password in passwords), return_exceptions=True
    )
    assert sum(isinstance(outcome, NotSignedIn) for outcome in made) == 10
    assert isinstance(made[-1], TooMany)


async def test_many_who_sign_in_right_at_once_are_not_refused(database):
    await _register()
    made = await asyncio.gather(*(_sign_in("cleo") for _ in range(30)))
    assert len(made) == 30


async def test_the_limit_can_be_switched_off(database, configure):
    configure(rate_limits="off")
    await _register()
    for _ in range(12):
        with pytest.raises(NotSignedIn):
            await _sign_in("cleo", "not the password")
    assert await _sign_in("cleo")


def test_addresses_of_one_household_share_the_limit_and_memory_is_bounded():
    for n in range(10):
        guesses.add(f"2001:db8::{n}")
    with pytest.raises(TooMany):
        guesses.check("2001:db8::ffff")
    guesses.check("2001:db8:1::1")
    for n in range(guesses.ADDRESSES + 5):
        guesses.add(str(n))
    guesses.check("2001:db8::ffff")


async def test_a_person_sees_nobody_but_themselves(ann, bob, session):
    assert (await accounts.get(session, ann, ann.id)).id == ann.id
    for wanted in (bob.id, "nobody", "a\0b"):
        with pytest.raises(NotFound, match="User not found"):
            await accounts.get(session, ann, wanted)


@both_databases
async def test_an_administrator_sees_everybody_and_nobody_else(database, ann):
    admin = await add_person("ada", role=Role.ADMIN)
    async with db.reading() as session:
        assert (await accounts.get(session, admin, ann.id)).id == ann.id
        for wanted in ("nobody", "a\0b"):
            with pytest.raises(NotFound, match="User not found"):
                await accounts.get(session, admin, wanted)


@both_databases
async def test_the_administrator_of_the_settings_is_made_once(database, configure):
    configure(admin_email="Boss@example.org", admin_password=PASSWORD, registration="closed")

    async def start() -> None:
        async with db.transaction() as session:
            await accounts.ensure_admin(session)

    await asyncio.gather(*(start() for _ in range(4)))
    async with db.reading() as session:
        boss = (await session.exec(select(User))).one()
    assert (boss.username, boss.email, boss.role) == ("Boss", "Boss@example.org", Role.OWNER)
    assert await _sign_in("boss@example.org")


async def test_the_settings_make_no_administrator_where_there_are_people(ann, session, configure):
    configure(admin_email="boss@example.org", admin_password=PASSWORD)
    assert await accounts.ensure_admin(session) is None


async def test_a_weak_administrator_password_is_refused_at_the_start(session, configure):
    configure(admin_email="boss@example.org", admin_password="password")
    with pytest.raises(Invalid):
        await accounts.ensure_admin(session)
