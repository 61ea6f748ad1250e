"""Hash passwords, sign tokens, seal secrets."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import functools
import hashlib
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import jwt
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from passlib.context import CryptContext

from ioverse_app.config import settings
from ioverse_app.errors import Conflict, NotSignedIn

T = TypeVar("T")

PASSWORD_MAX = 256

# OWASP's argon2id setting with the smallest footprint: about 30 ms and 19 MiB for each sign-in.
_argon2id = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19 * 1024,
    argon2__time_cost=2,
    argon2__parallelism=1,
)

# A pool of its own, so that a crowd at the door takes neither all memory nor every other thread.
_hashing = ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2), thread_name_prefix="argon2")

# Row A014's algorithm: the openssl recipe makes these keys and every JWT library reads them.
_ALGORITHM = "RS256"


class SealBroken(Conflict):
    """A secret that was sealed with a key we no longer have."""

    code = "seal_broken"


async def prepare() -> None:
    """Make or load every key, once at the start, so that no request waits for it."""
    await asyncio.to_thread(_prepare)


async def hash_password(password: str) -> str:
    """The argon2id hash of a password of at most PASSWORD_MAX characters."""
    return await _in_hashing_thread(lambda: _hash(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether this is the password. Without a usable hash it takes as long, and it never is."""
    return await _in_hashing_thread(lambda: _verify(password, password_hash))


def normalized(password: str) -> str:
    """The same characters for the same keys, whatever keyboard and system typed them."""
    return unicodedata.normalize("NFKC", password)


def new_secret() -> str:
    """A random secret of 256 bits, safe in cookies and addresses."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """The SHA-256 of a random secret: what is stored in its place."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def sign(claims: dict[str, Any]) -> str:
    """A JWT with these claims, signed with the key of this installation."""
    return jwt.encode(claims, _signing_key(_folder()), algorithm=_ALGORITHM)


def read_signed(token: str) -> dict[str, Any]:
    """The claims of a JWT that `sign` made. NotSignedIn if it is too old, or not ours."""
    try:
        return jwt.decode(
            token,
            _signing_key(_folder()).public_key(),
            algorithms=[_ALGORITHM],
            options={"require": ["exp", "iat", "sub", "sid", "jti"]},
        )
    except jwt.ExpiredSignatureError:
        raise NotSignedIn("Token has expired!", code="token_expired") from None
    except (jwt.InvalidTokenError, ValueError):
        raise NotSignedIn("Token is invalid!", code="token_invalid") from None


def seal(secret: str) -> str:
    """The secret, encrypted and authenticated, different each time."""
    return _sealer().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """What `seal` was given. SealBroken if SECRET_KEY has changed, or somebody wrote it."""
    try:
        return _sealer().decrypt(sealed.encode("utf-8", "replace")).decode()
    except InvalidToken:
        raise SealBroken(
            "A stored secret cannot be read, because SECRET_KEY has changed. Enter it again."
        ) from None


def _prepare() -> None:
    _signing_key(_folder())
    _sealer()
    _decoy()


async def _in_hashing_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_hashing, work)


def _hash(password: str) -> str:
    return str(_argon2id.hash(normalized(password)))


def _verify(password: str, password_hash: str | None) -> bool:
    password = normalized(password)
    usable = len(password) <= PASSWORD_MAX and _argon2id.identify(password_hash or "") is not None
    if not usable:
        password, password_hash = "", _decoy()
    return bool(_argon2id.verify(password, password_hash)) and usable


@functools.cache
def _decoy() -> str:
    """The hash of a password that nobody has."""
    return _hash(new_secret())


def _folder() -> Path:
    return settings().data_dir.resolve() / "keys"


@functools.lru_cache(maxsize=4)
def _signing_key(folder: Path) -> RSAPrivateKey:
    private = load_pem_private_key(_kept(folder / "private.pem", _new_private_pem), password=None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError(f"{folder / 'private.pem'} is not an RSA key.")
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _kept(folder / "public.pem", lambda: public)
    return private


def _new_private_pem() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _sealer() -> MultiFernet:
    given = settings().secret_key
    return _sealer_of(_folder(), given.get_secret_value() if given else "")


@functools.lru_cache(maxsize=4)
def _sealer_of(folder: Path, given: str) -> MultiFernet:
    """Seals with the first word of SECRET_KEY, or with a kept key; opens with any of them."""
    kept = folder / "secret.key"
    keys = [_derived(word) for word in given.split()]
    if not keys or kept.exists():
        keys.append(_kept(kept, Fernet.generate_key))
    return MultiFernet([Fernet(key) for key in keys])


def _derived(secret_key: str) -> bytes:
    derive = HKDF(hashes.SHA256(), length=32, salt=None, info=b"IOverse sealing")
    return base64.urlsafe_b64encode(derive.derive(secret_key.encode()))


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a key file. The first process makes it whole; the others read it."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(path.parent):
            if not path.exists():
                _write_whole(path, make())
    return path.read_bytes()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder against the other processes and threads of this machine."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_whole(path: Path, content: bytes) -> None:
    """Put a file of mode 600 in place at once: nobody ever reads half a key."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
