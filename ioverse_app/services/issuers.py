"""Where people may sign in instead: Google, GitHub and any OpenID Connect issuer, by settings."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass
from typing import Any, Protocol, cast

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from pydantic import SecretStr

from ioverse_app.config import settings
from ioverse_app.errors import NotFound, NotSignedIn, Unavailable
from ioverse_app.services.refusals import refusal

GOOGLE = "https://accounts.google.com"
GITHUB_API = "https://api.github.com"
OPENID, GITHUB = "openid email profile", "read:user user:email"
KNOWN_SECONDS = 3600.0
SECONDS = 10.0
CLOCK_SECONDS = 60
_SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]

_log = logging.getLogger(__name__)
_described: dict[str, tuple[float, dict[str, Any]]] = {}


@dataclass(frozen=True)
class Person:
    """Whom an issuer has recognised. The address is empty unless the issuer has confirmed it."""

    issuer: str
    subject: str
    email: str = ""
    name: str = ""


@dataclass(frozen=True)
class Errand:
    """What we remember while somebody is at the issuer: nobody else can finish it."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Errand:
        """Made up."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Issuer(Protocol):
    """Somebody who knows people."""

    @property
    def label(self) -> str:
        """The name that a button shows."""
        ...

    @property
    def url(self) -> str:
        """What it is known by."""
        ...

    async def door(self, back: str, errand: Errand) -> str:
        """The address to send a browser to; it comes back to `back`."""
        ...

    async def recognise(self, back: str, errand: Errand, code: str) -> Person:
        """Who came back with this code. NotSignedIn if it is not good for this errand."""
        ...


def all_of_them() -> dict[str, Issuer]:
    """The issuers that are set up, by the name that stands in our addresses."""
    now = settings()
    found: dict[str, Issuer] = {}
    if now.google_client_id:
        found["google"] = OpenId(
            "Google", GOOGLE, now.google_client_id, _plain(now.google_client_secret)
        )
    if now.github_client_id:
        found["github"] = GitHub(
            "GitHub", now.github_url, now.github_client_id, _plain(now.github_client_secret)
        )
    if now.oidc_issuer and now.oidc_client_id:
        found["oidc"] = OpenId(
            now.oidc_label, now.oidc_issuer, now.oidc_client_id, _plain(now.oidc_client_secret)
        )
    return found


def get(name: str) -> Issuer:
    """The issuer of this name. NotFound if it is not set up."""
    if (found := all_of_them().get(name)) is None:
        raise refusal("outside_unknown", NotFound)
    return found


@dataclass(frozen=True)
class OpenId:
    """An OpenID Connect issuer, by the code flow with PKCE, state and nonce (OIDC Core, 3.1)."""

    label: str
    url: str
    client_id: str
    client_secret: str

    async def door(self, back: str, errand: Errand) -> str:
        """Its authorization endpoint."""
        about = await self._described()
        async with _client(self, back, OPENID, _secret_goes(about)) as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=errand.state,
                nonce=errand.nonce,
                code_verifier=errand.verifier,
            )
        return str(address)

    async def recognise(self, back: str, errand: Errand, code: str) -> Person:
        """By its signed ID token; its userinfo is asked for what that leaves out."""
        about = await self._described()
        with _Answers():
            async with _client(self, back, OPENID, _secret_goes(about)) as client:
                token = await client.fetch_token(
                    about["token_endpoint"], code=code, code_verifier=errand.verifier
                )
                claims = await self._claims(about, str(token["id_token"]), errand.nonce)
                if "email" not in claims and "userinfo_endpoint" in about:
                    more = (await client.get(about["userinfo_endpoint"])).raise_for_status().json()
                    if more.get("sub") == claims["sub"]:
                        claims = {**more, **claims}
        confirmed = str(claims.get("email_verified", "")).lower() == "true"
        return Person(
            issuer=about["issuer"],
            subject=str(claims["sub"]),
            email=str(claims.get("email") or "") if confirmed else "",
            name=str(claims.get("preferred_username") or claims.get("name") or ""),
        )

    async def _claims(self, about: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
        """The claims of the ID token, once its signature and everything in it is checked."""
        keys = KeySet.import_key_set(cast(Any, await _json(about["jwks_uri"])))
        claims = jwt.decode(token, keys, algorithms=_SIGNED_WITH).claims
        rules = JWTClaimsRegistry(
            leeway=CLOCK_SECONDS,
            iss={"essential": True, "value": about["issuer"]},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        rules.validate(claims)
        if claims.get("azp", self.client_id) != self.client_id:
            raise ValueError("The token was made for another program.")
        return claims

    async def _described(self) -> dict[str, Any]:
        """What it says of itself, at the address that OpenID Connect Discovery names."""
        issuer = self.url.rstrip("/")
        known_at, about = _described.get(issuer, (0.0, {}))
        if about and time.monotonic() - known_at < KNOWN_SECONDS:
            return about
        with _Answers():
            about = await _json(f"{issuer}/.well-known/openid-configuration")
            if str(about["issuer"]).rstrip("/") != issuer:
                raise ValueError("It says that it is another issuer.")
        _described[issuer] = (time.monotonic(), about)
        return about


@dataclass(frozen=True)
class GitHub:
    """GitHub speaks OAuth 2 and no OpenID Connect: who came is asked of its API."""

    label: str
    url: str
    client_id: str
    client_secret: str

    async def door(self, back: str, errand: Errand) -> str:
        """Its page of consent."""
        async with _client(self, back, GITHUB, "client_secret_post") as client:
            address, _ = client.create_authorization_url(
                f"{self.url.rstrip('/')}/login/oauth/authorize",
                state=errand.state,
                code_verifier=errand.verifier,
            )
        return str(address)

    async def recognise(self, back: str, errand: Errand, code: str) -> Person:
        """By its number, which stays when the name changes."""
        url = self.url.rstrip("/")
        api = GITHUB_API if url == "https://github.com" else f"{url}/api/v3"
        with _Answers():
            async with _client(self, back, GITHUB, "client_secret_post") as client:
                await client.fetch_token(
                    f"{url}/login/oauth/access_token",
                    code=code,
                    code_verifier=errand.verifier,
                    headers={"Accept": "application/json"},
                )
                user = (await client.get(f"{api}/user")).raise_for_status().json()
                emails = (await client.get(f"{api}/user/emails")).raise_for_status().json()
            confirmed = [one for one in emails if one["verified"]]
            first = next((one for one in confirmed if one["primary"]), None)
            return Person(
                issuer=url,
                subject=str(int(user["id"])),
                email=str(first["email"]) if first else "",
                name=str(user["login"]),
            )


class _Answers:
    """Whatever an issuer does wrong becomes one of two facts: it is away, or it said no."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx.HTTPStatusError) and error.response.status_code < 500:
            _log.warning("An issuer refused: %s", error.response.status_code)
            raise refusal("outside_refused", NotSignedIn) from None
        if isinstance(error, httpx.HTTPError):
            _log.warning("An issuer does not answer: %s", type(error).__name__)
            raise refusal("outside_unreachable", Unavailable) from None
        if isinstance(error, (OAuthError, JoseError, ValueError, KeyError, TypeError)):
            _log.warning("An issuer's answer is not good: %s", type(error).__name__)
            raise refusal("outside_refused", NotSignedIn) from None


def _client(issuer: OpenId | GitHub, back: str, scope: str, secret_goes: str) -> Any:
    return AsyncOAuth2Client(
        client_id=issuer.client_id,
        client_secret=issuer.client_secret or None,
        token_endpoint_auth_method=secret_goes if issuer.client_secret else "none",
        scope=scope,
        redirect_uri=back,
        code_challenge_method="S256",
        timeout=SECONDS,
    )


def _secret_goes(about: dict[str, Any]) -> str:
    """How a client proves its secret: in the header, unless an issuer takes it in the body only."""
    methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"


async def _json(address: str) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        return (await client.get(address)).raise_for_status().json()


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
