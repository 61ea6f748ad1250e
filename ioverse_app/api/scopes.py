"""What an API key needs to use a route: decided here, for every class of routes, and only here."""

from __future__ import annotations

from ioverse_app.errors import NotAllowed
from ioverse_app.services.api_keys import KeyHolder, Scope

_READS = frozenset({"GET", "HEAD"})

_OWN = (
    "/api/keys",
    "/api/logout",
    "/api/password",
    "/api/provider-keys",
    "/api/users/me/data",
    "/api/users/me/deletion",
    "/api/users/me/email",
    "/api/users/me/password",
    "/api/users/me/sessions",
)
"""Who somebody is and what is theirs to give: never by a key, which could make itself a second."""

_CLASSES = (
    ("/api/admin", Scope.ADMIN),
    ("/api/images", Scope.IMAGES),
    ("/v1/images", Scope.IMAGES),
    ("/api/assistants", Scope.ASSISTANTS),
    ("/v1/assistants", Scope.ASSISTANTS),
    ("/v1/threads", Scope.ASSISTANTS),
    ("/v1/vector_stores", Scope.ASSISTANTS),
    ("/v1/files", Scope.ASSISTANTS),
)


def check(holder: KeyHolder, method: str, path: str) -> None:
    """NotAllowed, with what is missing, unless this key may use this route."""
    if _is_below(path, *_OWN):
        raise NotAllowed("This cannot be done with an API key. Sign in.", code="key_not_enough")
    enough = sufficient(method, path)
    if not enough & set(holder.key.scopes):
        names = " or ".join(sorted(enough))
        raise NotAllowed(f"This API key needs the scope {names}.", code="scope_missing")


def sufficient(method: str, path: str) -> frozenset[Scope]:
    """The scopes of which a key needs one. What may be changed may be read as well."""
    if path == "/v1/models" or path.startswith(("/v1/models/", "/api/models")):
        return frozenset(Scope) - {Scope.ADMIN}
    scope = next((scope for prefix, scope in _CLASSES if _is_below(path, prefix)), Scope.CHAT)
    if scope is not Scope.ADMIN and method in _READS:
        return frozenset({scope, Scope.READ})
    return frozenset({scope})


def _is_below(path: str, *prefixes: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)
