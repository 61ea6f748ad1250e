"""Pages answer at the address that people know, without a redirect to one with a slash."""

from __future__ import annotations

from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send


def without_slash(pages: Collection[str]) -> Callable[[ASGIApp], ASGIApp]:
    """Serve these pages where they are asked for: their files lie in folders of their names."""

    def transform(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"] in pages:
                scope = {**scope, "path": scope["path"] + "/"}
            await app(scope, receive, send)

        return answer

    return transform
