"""Server-Sent Events from raw bytes, as they come.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
Only `data` is kept: the protocols spoken here repeat the event's name inside the data.
"""

from __future__ import annotations

LARGEST_EVENT = 32 * 1024 * 1024


class TooLong(ValueError):
    """One event is larger than anything a provider has reason to send."""


class Parser:
    """Feed it bytes cut anywhere; it gives the data of each event that they complete."""

    __slots__ = ("_after_cr", "_data", "_first", "_held", "_limit", "_line")

    def __init__(self, limit: int = LARGEST_EVENT) -> None:
        self._limit = limit
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._held = 0
        self._after_cr = False
        self._first = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that end in this chunk, in order."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in chunk:
            self._hold(self._line, chunk)
            return []
        if self._line:
            chunk = b"".join((*self._line, chunk))
            self._line.clear()
        *lines, rest = chunk.split(b"\n")
        found = self._read(lines)
        self._held = len(rest) + sum(map(len, self._data))
        self._check()
        if rest:
            self._line.append(rest)
        return found

    def end(self) -> list[bytes]:
        """What stood without its blank line when the stream ended. It may be half an event."""
        rest, self._line = b"".join(self._line), []
        return self._read([rest, b""])

    def _read(self, lines: list[bytes]) -> list[bytes]:
        if self._first and lines:
            self._first = False
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
        found: list[bytes] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[6:] if line.startswith(b" ", 5) else line[5:])
            elif not line:
                if data:
                    found.append(data[0] if len(data) == 1 else b"\n".join(data))
                    data.clear()
            elif line == b"data":
                data.append(b"")
        return found

    def _hold(self, where: list[bytes], chunk: bytes) -> None:
        if chunk:
            where.append(chunk)
            self._held += len(chunk)
            self._check()

    def _check(self) -> None:
        if self._held > self._limit:
            raise TooLong(f"An event is longer than {self._limit} bytes.")
