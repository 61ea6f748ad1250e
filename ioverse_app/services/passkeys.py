"""Passkeys: sign in with a device that has checked who holds it (WebAuthn, by `webauthn`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import webauthn
from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ioverse_app.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import Passkey, User, now

NAME = "IOverse"
NAME_MAX = 64
EACH_MAX = 20


@dataclass(frozen=True)
class Site:
    """Which site a passkey is for: its host name, and the origins that its pages have."""

    host: str
    origins: list[str]


@dataclass(frozen=True)
class Asked:
    """What a browser was asked to sign: options for its script, and the challenge in them."""

    options: str
    challenge: str


async def mine(session: AsyncSession, user: User) -> Sequence[Passkey]:
    """A person's passkeys."""
    return (await session.exec(Passkey.visible_to(user))).all()


async def ask_new(session: AsyncSession, user: User, site: Site) -> Asked:
    """Ask a browser for a new passkey, which it shows in its list of accounts from then on."""
    known = await mine(session, user)
    if len(known) >= EACH_MAX:
        raise Conflict(f"More than {EACH_MAX} passkeys are not kept. Remove one first.")
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=user.id.encode(),
        user_name=user.email,
        user_display_name=user.username,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id)) for row in known
        ],
    )
    return Asked(webauthn.options_to_json(options), bytes_to_base64url(options.challenge))


async def add(
    session: AsyncSession,
    user: User,
    site: Site,
    challenge: str,
    credential: dict[str, Any],
    name: str,
) -> Passkey:
    """Keep the passkey that a browser made. Invalid if it does not answer the challenge."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origins,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise refusal("passkey_refused", Invalid) from None
    known = await mine(session, user)
    credential_id = bytes_to_base64url(made.credential_id)
    if len(known) >= EACH_MAX or await _find(session, credential_id):
        raise refusal("passkey_refused", Conflict)
    row = Passkey(
        user_id=user.id,
        name=_name(name) or f"Passkey {len(known) + 1}",
        credential_id=credential_id,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        backed_up=made.credential_backed_up,
    )
    session.add(row)
    await session.flush()
    return row


def ask_known(site: Site) -> Asked:
    """Ask a browser for any passkey of this site; the person chooses which."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Asked(webauthn.options_to_json(options), bytes_to_base64url(options.challenge))


async def sign_in(
    session: AsyncSession,
    site: Site,
    challenge: str,
    asked_at: float,
    credential: dict[str, Any],
) -> User:
    """Whose passkey answered the challenge. NotSignedIn if none did, or one did before.

    A challenge that is older than the passkey's last use is refused, so that no answer works
    twice. A sign count that goes back gives away a copied device (WebAuthn, 6.1.1).
    """
    row = await _find(session, str(credential.get("id", "")))
    if row is None:
        raise refusal("passkey_unknown", NotSignedIn)
    try:
        signed = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origins,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise refusal("passkey_refused", NotSignedIn) from None
    if not await _used(session, row, datetime.fromtimestamp(asked_at, UTC), signed.new_sign_count):
        raise refusal("passkey_refused", NotSignedIn)
    user = await session.get_one(User, row.user_id)
    if user.blocked_at is not None:
        raise refusal("account_blocked", NotAllowed)
    return user


async def rename(session: AsyncSession, user: User, passkey_id: str, name: str) -> Passkey:
    """Give a passkey another name."""
    row = await _get(session, user, passkey_id)
    row.name = _name(name) or row.name
    return row


async def remove(session: AsyncSession, user: User, passkey_id: str) -> None:
    """Forget a passkey: it opens nothing from now on."""
    await session.delete(await _get(session, user, passkey_id))


async def _get(session: AsyncSession, user: User, passkey_id: str) -> Passkey:
    statement = Passkey.visible_to(user).where(Passkey.id == passkey_id)
    row = (await session.exec(statement)).first()
    if row is None:
        raise NotFound("This passkey is not there any more.")
    return row


async def _find(session: AsyncSession, credential_id: str) -> Passkey | None:
    statement = select(Passkey).where(Passkey.credential_id == credential_id)
    return (await session.exec(statement)).first()


async def _used(session: AsyncSession, row: Passkey, asked_at: datetime, count: int) -> bool:
    used_at = col(Passkey.last_used_at)
    statement = (
        update(Passkey)
        .where(col(Passkey.id) == row.id, or_(used_at.is_(None), used_at < asked_at))
        .values(last_used_at=now(), sign_count=count)
    )
    done = await session.execute(statement.returning(col(Passkey.id)))
    return done.first() is not None


def _name(name: str) -> str:
    return " ".join(name.split())[:NAME_MAX]
