"""API keys: make one, know whose a request is by it, change and delete it."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, security
from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from ioverse_app.services import access
from ioverse_app.services.access import Action
from ioverse_app.tables import ApiKey, Budget, UsedNonce, User, now

PREFIX = "iov_"
NAME_MAX = 60
NETWORKS_MAX = 10
MOST = 20
"""Keys of one person."""

DAYS_MAX = 3650
NOTED_EVERY = timedelta(minutes=1)

_log = logging.getLogger(__name__)
_noting: dict[str, asyncio.Task[None]] = {}
_in_use: ContextVar[str | None] = ContextVar("api_key_id", default=None)


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    CHAT = "chat"
    IMAGES = "images"
    ASSISTANTS = "assistants"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Somebody, and the key that says so."""

    user: User
    key: ApiKey


async def create(
    session: AsyncSession,
    user: User,
    *,
    name: str,
    scopes: Sequence[str] = (Scope.READ, Scope.CHAT),
    days: float | None = None,
    networks: Sequence[str] = (),
    signs: bool = False,
) -> tuple[ApiKey, str]:
    """Make a key; the answer is its row and the key itself, which is never known again.

    One that `signs` is used for signed requests only. `days` None: it does not expire.
    """
    access.check(user, Action.KEYS)
    if len((await session.exec(ApiKey.visible_to(user))).all()) >= MOST:
        raise Conflict(f"There are at most {MOST} API keys. Delete one first.", code="key_limit")
    if days is not None and not 0 < days <= DAYS_MAX:
        raise Invalid(f"A key lasts 1 to {DAYS_MAX} days, or for ever.", code="key_days_invalid")
    secret = PREFIX + security.new_secret()
    key = ApiKey(
        user_id=user.id,
        name=_name(name),
        secret_hash=security.fingerprint(secret),
        sealed=security.seal(secret) if signs else None,
        last4=secret[-4:],
        scopes=_scopes(user, scopes),
        networks=_networks(networks),
        expires_at=now() + timedelta(days=days) if days is not None else None,
    )
    session.add(key)
    await session.flush()
    return key, secret


async def of(session: AsyncSession, user: User) -> Sequence[ApiKey]:
    """The keys of this user, newest first."""
    return (await session.exec(ApiKey.visible_to(user))).all()


async def get(session: AsyncSession, user: User, key_id: str) -> ApiKey:
    """The key with this id, if it is this user's."""
    key = (await session.exec(ApiKey.visible_to(user).where(ApiKey.id == key_id))).first()
    if key is None:
        raise NotFound("This API key is not there.", code="key_not_found")
    return key


async def change(
    session: AsyncSession,
    user: User,
    key_id: str,
    *,
    name: str | None = None,
    scopes: Sequence[str] | None = None,
    networks: Sequence[str] | None = None,
) -> ApiKey:
    """Give a key another name, other scopes or other addresses; None leaves them as they are."""
    access.check(user, Action.KEYS)
    key = await get(session, user, key_id)
    if name is not None:
        key.name = _name(name)
    if scopes is not None:
        key.scopes = _scopes(user, scopes)
    if networks is not None:
        key.networks = _networks(networks)
    return key


async def revoke(session: AsyncSession, user: User, key_id: str) -> None:
    """Delete a key: the next request with it is refused."""
    key = await get(session, user, key_id)
    key.revoked_at, key.sealed = now(), None
    limits = (col(Budget.scope) == "api_key") & (col(Budget.scope_id) == key.id)
    await session.execute(delete(Budget).where(limits))


async def by_secret(session: AsyncSession, secret: str, address: str) -> KeyHolder:
    """Whose key this is. NotSignedIn if it is none, or no longer; NotAllowed from elsewhere."""
    holder = _checked(
        await _find(session, ApiKey.secret_hash, security.fingerprint(secret)), address
    )
    if holder.key.sealed is not None:
        raise NotSignedIn("API key must sign its requests!", code="key_must_sign")
    return holder


async def by_id(session: AsyncSession, key_id: str, address: str) -> KeyHolder:
    """The holder of a key that signs, and is known by its id."""
    holder = _checked(await _find(session, ApiKey.id, key_id), address)
    if holder.key.sealed is None:
        raise NotSignedIn("API key is invalid!", code="key_invalid")
    return holder


@contextmanager
def using(key_id: str | None) -> Iterator[None]:
    """Let what is done within count for this key, and for none if it is None."""
    before = _in_use.get()
    _in_use.set(key_id)
    try:
        yield
    finally:
        _in_use.set(before)


def in_use() -> str | None:
    """The id of the key that asks, if one does: what it causes counts for its budgets."""
    return _in_use.get()


async def purge_nonces() -> int:
    """Forget what nobody could send again; how many."""
    old = delete(UsedNonce).where(col(UsedNonce.expires_at) < now())
    async with db.transaction() as session:
        return len((await session.execute(old.returning(col(UsedNonce.nonce)))).all())


async def _find(session: AsyncSession, column: str, value: str) -> tuple[ApiKey, User] | None:
    query = select(ApiKey, User).join(User, col(User.id) == col(ApiKey.user_id))
    return (await session.exec(query.where(col(column) == value))).first()


def _checked(found: tuple[ApiKey, User] | None, address: str) -> KeyHolder:
    if found is None or found[1].blocked_at is not None:
        raise NotSignedIn("API key is invalid!", code="key_invalid")
    key, user = found
    if key.revoked_at is not None:
        raise NotSignedIn("API key has been revoked!", code="key_revoked")
    if key.expires_at is not None and key.expires_at <= now():
        raise NotSignedIn("API key has expired!", code="key_expired")
    access.check(user, Action.KEYS)  # whoever became a guest keeps none
    if not _is_from(address, key.networks):
        raise NotAllowed("This API key is not for use from your address.", code="key_elsewhere")
    _note_use(key, address)
    return KeyHolder(user, key)


def _is_from(address: str, networks: Sequence[str]) -> bool:
    if not networks:
        return True
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in ipaddress.ip_network(network) for network in networks)


def _name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(name) <= NAME_MAX:
        raise Invalid(f"A key has a name of 1 to {NAME_MAX} characters.", code="key_name_invalid")
    return name


def _scopes(user: User, scopes: Sequence[str]) -> list[str]:
    known = [scope.value for scope in Scope if scope in scopes]
    if not known or len(known) != len(set(scopes)):
        names = ", ".join(Scope)
        raise Invalid(f"A key has one or more of the scopes {names}.", code="key_scopes_invalid")
    if Scope.ADMIN in known and not access.may(user, Action.ADMINISTER):
        raise NotAllowed("Only administrators have keys with the scope admin.")
    return known


def _networks(networks: Sequence[str]) -> list[str]:
    found: list[str] = []
    for written in (one.strip() for one in networks):
        try:
            found.append(str(ipaddress.ip_network(written, strict=False)))
        except ValueError:
            raise Invalid(
                f"“{written[:50]}” is not an IP address or network.", code="key_address_invalid"
            ) from None
    if len(found) > NETWORKS_MAX:
        raise Invalid(f"A key has at most {NETWORKS_MAX} addresses.", code="key_addresses_many")
    return found


def _note_use(key: ApiKey, address: str) -> None:
    """Note that the key was used, at most once a minute, without making anybody wait."""
    is_new = key.last_used_at is None or now() - key.last_used_at > NOTED_EVERY
    if is_new and key.id not in _noting:
        _noting[key.id] = asyncio.create_task(_write_use(key.id, address))
        _noting[key.id].add_done_callback(lambda _: _noting.pop(key.id, None))


async def _write_use(key_id: str, address: str) -> None:
    try:
        async with db.transaction() as session:
            statement = update(ApiKey).where(col(ApiKey.id) == key_id)
            await session.exec(statement.values(last_used_at=now(), last_used_from=address[:64]))
    except SQLAlchemyError:
        _log.warning("The use of an API key could not be written.", exc_info=True)
