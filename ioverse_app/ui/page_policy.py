"""What a browser lets our pages do: nothing runs or loads that is not ours, whatever is on them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), payment=(), usb=(), microphone=(self)",
}

# Their addresses carry a secret, which goes to nobody, not even to ourselves. The strictest
# policy of all would also hide where a form comes from, and forms from nowhere are refused.
SECRET_PAGES = ("/reset-password", "/confirm-email", "/register")

# A page may run scripts of its own and, of those written into it, what the build wrote.
# Styles may be inline, since React and the diagrams write them so. What is read aloud or shown
# before it is stored is a blob. No rule names another host: an image from elsewhere is shown by
# `/preview/image`, which has a policy of its own.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


class PagePolicy:
    """ASGI middleware: a Content-Security-Policy on every page that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add the headers to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].rstrip("/") in SECRET_PAGES:
                    headers.setdefault("referrer-policy", "strict-origin")
                _add(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _add(headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    kind = headers.get("content-type", "")
    if kind.startswith("text/html"):
        headers.setdefault("content-security-policy", page_policy())
    elif kind.startswith("image/svg+xml"):
        headers.setdefault("content-security-policy", INERT)


@cache
def page_policy() -> str:
    """The policy of the pages as they are built: each script that is written into one, by hash."""
    from reflex.constants import Dirs
    from reflex.utils import prerequisites

    hashes = inline_scripts(prerequisites.get_web_dir() / Dirs.STATIC)
    rules = {**POLICY, "script-src": " ".join([POLICY["script-src"], *hashes])}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def inline_scripts(folder: Path) -> list[str]:
    """The hashes, as a policy names them, of all scripts inside the HTML files of a folder."""
    scripts = {
        script for page in folder.rglob("*.html") for script in _INLINE.findall(page.read_bytes())
    }
    return sorted(f"'sha256-{_digest(script)}'" for script in scripts)


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
