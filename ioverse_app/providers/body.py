"""The body of an answer: a stream of events, or what came in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ioverse_app.providers import faults, sse
from ioverse_app.providers.errors import NotAnAnswer


class Body:
    """Feed it the bytes of a body; it gives the JSON texts that they complete.

    A server that does not stream answers with one JSON value, which is given at the end. The
    header that should tell the two apart is often wrong, so the first character does.
    """

    def __init__(self, largest: int = sse.LARGEST_EVENT) -> None:
        self._stream = sse.Parser(largest)
        self._largest = largest
        self._known = False
        self._whole: list[bytes] | None = None
        self._size = 0

    def feed(self, chunk: bytes) -> Iterable[bytes]:
        """The JSON texts that end in this chunk."""
        if not self._known:
            self._recognise(chunk)
        if self._whole is not None:
            return self._keep(self._whole, chunk)
        try:
            return self._stream.feed(chunk)
        except sse.TooLong as cause:
            raise NotAnAnswer(faults.GARBLED) from cause

    def end(self) -> Iterable[bytes]:
        """What is left when the body is over."""
        return self._stream.end() if self._whole is None else [b"".join(self._whole)]

    def _recognise(self, chunk: bytes) -> None:
        if is_page(chunk):
            raise NotAnAnswer(faults.WEB_PAGE)
        start = chunk.lstrip()[:1]
        self._known = bool(start)
        if start in (b"{", b"["):
            self._whole = []

    def _keep(self, whole: list[bytes], chunk: bytes) -> Iterable[bytes]:
        self._size += len(chunk)
        if self._size > self._largest:
            raise NotAnAnswer(faults.GARBLED)
        whole.append(chunk)
        return ()


def is_page(content: bytes) -> bool:
    """Whether this is the beginning of a web page."""
    return content.lstrip()[:1] == b"<"


def detail(usage: Mapping[str, Any], group: str, name: str) -> int:
    """A number that a server may tell about what was used, among its details."""
    details = usage.get(group)
    value = details.get(name) if isinstance(details, dict) else 0
    return value if isinstance(value, int) else 0
