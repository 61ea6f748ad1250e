"""A file that is sent in a form, as it comes: never whole in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from ioverse_app.errors import Invalid

NEEDED = "Send one file in a form (multipart/form-data), in its field “file”."
INTERRUPTED = "The file did not arrive completely. Send it again."
FIELD = b"file"


class Upload:
    """The field `file` of a form. `name` is known once the file begins; read it only once.

    Protocol: https://www.rfc-editor.org/rfc/rfc7578
    """

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise Invalid(NEEDED, code="file_missing")
        self.name = ""
        self._stream = request.stream()
        self._chunks: deque[bytes] = deque()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition: dict[bytes, bytes] = {}
        self._begun = self._inside = self._complete = False
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                },
            )
        except FormParserError:
            raise Invalid(NEEDED, code="file_missing") from None

    async def begin(self) -> Upload:
        """Read until the file begins. Invalid if there is none."""
        while not self._begun and await self._more():
            pass
        if not self._begun:
            raise Invalid(NEEDED, code="file_missing")
        return self

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes of the file, to its end. Invalid if they break off."""
        while True:
            while self._chunks:
                yield self._chunks.popleft()
            if self._complete:
                return
            if not await self._more():
                raise Invalid(INTERRUPTED, code="upload_interrupted")

    async def _more(self) -> bool:
        """Read a little more; whether there was more."""
        try:
            data = await anext(self._stream, b"")
            if data:
                self._parser.write(data)
        except ClientDisconnect:
            raise Invalid(INTERRUPTED, code="upload_interrupted") from None
        except FormParserError:
            raise Invalid(NEEDED, code="file_missing") from None
        return bool(data)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        name, value = self._header
        if bytes(name).lower() == b"content-disposition":
            _, self._disposition = parse_options_header(bytes(value))
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        is_file = self._disposition.get(b"name") == FIELD and b"filename" in self._disposition
        self._inside = is_file and not self._begun
        if self._inside:
            self._begun = True
            self.name = self._disposition[b"filename"].decode("utf-8", "replace")
        self._disposition = {}

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._chunks.append(data[start:end])

    def _on_part_end(self) -> None:
        if self._inside:
            self._inside, self._complete = False, True
