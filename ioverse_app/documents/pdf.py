"""The text of a PDF, page by page."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from ioverse_app.documents.document import Document, Limits, Refusal
from ioverse_app.documents.text import tidied

SECONDS: Final = 12.0
"""After this long the rest of a PDF is left out."""

_PASSWORD = 4  # FPDF_ERR_PASSWORD


def read(path: Path, limits: Limits) -> Document:
    """The text of as many pages as there is room and time for."""
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == _PASSWORD
        raise Refusal("file_locked" if locked else "file_damaged") from None
    count = len(pdf)
    if not count:
        raise Refusal("file_damaged")
    until = time.monotonic() + SECONDS
    texts: list[str] = []
    room = limits.characters
    for number in range(min(count, limits.pages)):
        if room <= 0 or time.monotonic() > until:
            break
        texts.append(_page(pdf, number))
        room -= len(texts[-1]) + 2
    text = "\n\n".join(texts)
    if not text.strip():
        raise Refusal("file_without_text")
    cut = len(texts) < count or len(text) > limits.characters
    return Document("pdf", "application/pdf", text[: limits.characters], cut, pages=len(texts))


def _page(pdf: object, number: int) -> str:
    """The text of one page; a damaged one has none."""
    import pypdfium2 as pdfium

    assert isinstance(pdf, pdfium.PdfDocument)
    try:
        page = pdf[number]
        try:
            text = page.get_textpage()
            return tidied(text.get_text_bounded()).strip()
        finally:
            page.close()
    except pdfium.PdfiumError:
        return ""
