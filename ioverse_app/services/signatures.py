"""Signed requests: the key itself never travels, and what was sent once cannot be sent again.

`Authorization: IOverse-HMAC-SHA256 key=<id>, timestamp=<Unix seconds>, nonce=<8 to 64 characters>,
signature=<base64>`, where the signature is HMAC-SHA256, with the API key as its secret, of these
lines: the method, the path with its query, the SHA-256 of the body in hex, timestamp and nonce.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from ioverse_app import db, security
from ioverse_app.errors import NotSignedIn
from ioverse_app.services import api_keys
from ioverse_app.services.api_keys import KeyHolder
from ioverse_app.tables import UsedNonce, now

SCHEME = "IOverse-HMAC-SHA256"
WINDOW_SECONDS = 60

_PART = re.compile(r'\s*(key|timestamp|nonce|signature)="?([A-Za-z0-9+/=_.-]{1,128})"?\s*')
_NONCE = re.compile(r"[A-Za-z0-9_.-]{8,64}")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What was asked, as its signature covers it. `target` is the path with its query."""

    method: str
    target: str
    body: bytes
    address: str


async def holder(credentials: str, request: SignedRequest) -> KeyHolder:
    """Whose request this is. NotSignedIn unless it is signed right, in time, and new.

    It opens its own sessions, and writes what was used before the request is let in.
    """
    found = (_PART.fullmatch(part) for part in credentials.split(","))
    parts: dict[str, str] = {match[1]: match[2] for match in found if match}
    if len(parts) != 4 or not _NONCE.fullmatch(parts["nonce"]):
        raise NotSignedIn("API signature cannot be read!", code="signature_unreadable")
    if not _is_now(parts["timestamp"]):
        raise NotSignedIn("API timestamp is not the time!", code="timestamp_invalid")
    async with db.reading() as session:
        asking = await api_keys.by_id(session, parts["key"], request.address)
    secret = security.unseal(asking.key.sealed or "")
    wanted = signature(secret, request, parts["timestamp"], parts["nonce"])
    if not hmac.compare_digest(wanted, parts["signature"]):
        raise NotSignedIn("API signature is invalid!", code="signature_invalid")
    await _take(asking.key.id, parts["nonce"])
    return asking


def signature(secret: str, request: SignedRequest, timestamp: str, nonce: str) -> str:
    """The signature of a request, in base64."""
    body = hashlib.sha256(request.body).hexdigest()
    signed = "\n".join([request.method, request.target, body, timestamp, nonce])
    return base64.b64encode(
        hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    ).decode()


def _is_now(timestamp: str) -> bool:
    known = timestamp.isdecimal() and len(timestamp) < 16
    return known and abs(time.time() - int(timestamp)) <= WINDOW_SECONDS


async def _take(key_id: str, nonce: str) -> None:
    """Use a nonce up, for every process."""
    until = now() + timedelta(seconds=2 * WINDOW_SECONDS)
    try:
        async with db.transaction() as session:
            session.add(UsedNonce(key_id=key_id, nonce=nonce, expires_at=until))
    except IntegrityError:
        raise NotSignedIn("API request was sent before!", code="request_replayed") from None
