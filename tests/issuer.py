"""An issuer of identities for the tests: the npm package `oidc-provider`, in `issuer.mjs`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from server import free_port
from upstreams import HERE, NODE, install

CLIENT_ID, CLIENT_SECRET = "ioverse", "a secret of the tests"


@contextmanager
def running_issuer(*backs: str) -> Iterator[str]:
    """Start it, for a client whose pages are at `backs`; its address."""
    install()
    port = free_port()
    process = subprocess.Popen(
        [NODE / "bin" / "node", HERE / "issuer.mjs", str(port), ",".join(backs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("at ").strip()
    finally:
        process.terminate()
        process.wait(10)


async def consent(door: str, name: str) -> str:
    """Sign in there as `name` and agree; the address that the browser is sent back to."""
    async with httpx.AsyncClient(follow_redirects=False) as browser:
        response = await browser.get(door)
        while True:
            while response.status_code in (302, 303):
                address = str(response.next_request.url)
                if "/auth/with/" in address:
                    return address
                response = await browser.send(response.next_request)
            action = re.search(r'action="([^"]+)"', response.text)
            assert action, response.text
            form = {"prompt": "login", "login": name, "password": "any"}
            if 'value="consent"' in response.text:
                form = {"prompt": "consent"}
            response = await browser.post(str(response.url.join(action[1])), data=form)
