"""Passwords are hashed, tokens signed and secrets sealed, with keys made once and kept."""

import base64
import hashlib
import hmac
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from ioverse_app import security
from ioverse_app.config import settings
from ioverse_app.errors import NotSignedIn
from ioverse_app.tables import now


def _claims(**changes: object) -> dict[str, object]:
    claims = {"sub": "ann", "sid": "1", "jti": "2", "iat": now(), "exp": now() + timedelta(60)}
    return claims | changes


async def test_a_password_is_hashed_with_argon2id_and_found_right():
    hashed = await security.hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await security.verify_password("correct horse", hashed)
    assert not await security.verify_password("Correct horse", hashed)


async def test_the_same_characters_typed_on_another_system_are_the_same_password():
    hashed = await security.hash_password("cafe\u0301 noir")
    assert await security.verify_password("café noir", hashed)


@pytest.mark.parametrize("unusable", [None, "", "!", "plain text"])
async def test_nothing_is_right_without_a_usable_hash(unusable):
    assert not await security.verify_password("", unusable)
    assert not await security.verify_password("a" * 10_000, unusable)


async def test_an_endless_password_is_wrong_and_no_error():
    hashed = await security.hash_password("correct horse")
    assert not await security.verify_password("a" * 10_000, hashed)
    assert not await security.verify_password("\ufdfa" * 256, hashed)


def test_a_signed_token_comes_back_whole():
    assert security.read_signed(security.sign(_claims()))["sub"] == "ann"


def test_an_old_token_says_so():
    token = security.sign(_claims(exp=now() - timedelta(seconds=1)))
    with pytest.raises(NotSignedIn, match=r"^Token has expired!$"):
        security.read_signed(token)


@pytest.mark.parametrize("token", ["", "a.b.c", "é", "..", "x" * 10_000])
def test_a_token_that_we_did_not_sign_is_invalid(token):
    with pytest.raises(NotSignedIn, match=r"^Token is invalid!$"):
        security.read_signed(token)


def test_a_token_signed_otherwise_is_invalid():
    security.sign(_claims())
    public = (settings().data_dir / "keys" / "public.pem").read_bytes()
    for token in (
        jwt.encode(_claims(), None, algorithm="none"),
        _signed_with_hmac(public),
        security.sign(_claims(sid=None)),
    ):
        with pytest.raises(NotSignedIn, match=r"^Token is invalid!$"):
            security.read_signed(token)


def _signed_with_hmac(key: bytes) -> str:
    """The classic forgery: the public key, used as a shared secret."""
    genuine = security.sign(_claims()).split(".")[1]
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    signature = hmac.new(key, f"{header}.{genuine}".encode(), hashlib.sha256).digest()
    return f"{header}.{genuine}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_keys_are_kept_where_only_their_owner_reads_them():
    security.sign(_claims())
    security.seal("secret")
    folder = settings().data_dir / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert {"private.pem", "public.pem", "secret.key"} <= set(files)
    assert set(files.values()) == {0o600}


def test_processes_that_start_at_once_share_one_key():
    code = (
        "from ioverse_app import security; from ioverse_app.tables import now;"
        "from datetime import timedelta;"
        "print(security.sign(dict(sub='ann', sid='1', jti='2', iat=now(),"
        " exp=now() + timedelta(60))), security.seal('shared'))"
    )
    root = str(Path(security.__file__).parents[1])
    started = [
        subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r}); {code}"],
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in started:
        token, sealed = process.communicate()[0].decode().split()
        assert security.read_signed(token)["sub"] == "ann"
        assert security.unseal(sealed) == "shared"


def test_a_sealed_secret_does_not_show_and_comes_back():
    sealed = security.seal("sk-very-secret")
    assert "secret" not in sealed
    assert sealed != security.seal("sk-very-secret")
    assert security.unseal(sealed) == "sk-very-secret"


@pytest.mark.parametrize("forged", ["", "x", "é", "gAAAAA" * 20])
def test_what_nobody_sealed_cannot_be_unsealed(forged):
    with pytest.raises(security.SealBroken):
        security.unseal(forged)


def test_a_new_secret_key_opens_what_the_old_one_sealed(configure):
    by_file = security.seal("by file")
    configure(secret_key="old-secret-key")
    by_old = security.seal("by old")
    configure(secret_key="new-secret-key old-secret-key")
    assert security.unseal(by_file) == "by file"
    assert security.unseal(by_old) == "by old"
    by_new = security.seal("by new")
    configure(secret_key="old-secret-key")
    with pytest.raises(security.SealBroken):
        security.unseal(by_new)
